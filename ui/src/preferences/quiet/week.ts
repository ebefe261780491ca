/** The quiet hours as a week of minutes that one can draw on, and as the windows that the desk keeps. */

import type { WindowView } from "../../bindings/WindowView";
import { readTime, writeTime } from "../../shared/time";

/** The days, Monday first, as windows name them. */
export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** The minutes of a day. */
export const DAY_MIN = 24 * 60;
const WEEK_MIN = 7 * DAY_MIN;

/** A stretch of one day, in minutes after its midnight; `to` is not in it. */
export interface Stretch {
  from: number;
  to: number;
}

/** A week from Monday 00:00: for each minute, whether it is quiet. */
export type Week = readonly boolean[];

/** Returns the week that windows make. */
export function weekOf(windows: WindowView[]): Week {
  const week: boolean[] = Array(WEEK_MIN).fill(false);
  for (const window of windows) {
    const start = readTime(window.start) ?? 0;
    const end = readTime(window.end) ?? 0;
    const length = start === end ? 0 : end > start ? end - start : end - start + DAY_MIN;
    for (const day of window.days) fill(week, DAYS.indexOf(day) * DAY_MIN + start, length, true);
  }
  return week;
}

/** Returns the windows that make a week, those of the same times together. */
export function windowsOf(week: Week): WindowView[] {
  const byTimes = new Map<string, WindowView>();
  for (const { day, start, end } of pieces(week)) {
    const key = `${start}-${end}`;
    const window = byTimes.get(key) ?? { days: [], start: writeTime(start), end: writeTime(end) };
    window.days.push(DAYS[day] ?? "");
    byTimes.set(key, window);
  }
  const inOrder = (days: string[]) => DAYS.filter((day) => days.includes(day));
  return [...byTimes.values()].map((window) => ({ ...window, days: inOrder(window.days) }));
}

/** Returns the week with a stretch of a day made quiet, or not. One that ends before it begins reaches into the next day. */
export function draw(week: Week, day: number, { from, to }: Stretch, quiet: boolean): Week {
  const drawn = [...week];
  fill(drawn, day * DAY_MIN + from, to > from ? to - from : to - from + DAY_MIN, quiet);
  return drawn;
}

/** Returns the week in which some days are as quiet as `day` is. */
export function copyDay(week: Week, day: number, to: number[]): Week {
  const drawn = [...week];
  for (const other of to) {
    for (let minute = 0; minute < DAY_MIN; minute++) drawn[other * DAY_MIN + minute] = at(week, day * DAY_MIN + minute);
  }
  return drawn;
}

/** Returns the quiet stretches of a day. */
export function stretches(week: Week, day: number): Stretch[] {
  const found: Stretch[] = [];
  for (let minute = 0; minute < DAY_MIN; minute++) {
    if (!at(week, day * DAY_MIN + minute)) continue;
    const last = found.at(-1);
    if (last?.to === minute) last.to = minute + 1;
    else found.push({ from: minute, to: minute + 1 });
  }
  return found;
}

interface Piece {
  day: number;
  start: number;
  end: number;
}

/** Cuts the quiet stretches of the week into pieces that a window can tell: shorter than a day, or a day from midnight on. */
function pieces(week: Week): Piece[] {
  const found: Piece[] = [];
  const noise = week.indexOf(false);
  if (noise < 0) return DAYS.map((_, day) => ({ day, start: 0, end: DAY_MIN }));
  // From a minute that is not quiet, once around: no stretch is cut by the end of the week.
  for (let turned = 0; turned < WEEK_MIN; turned++) {
    if (!at(week, noise + turned)) continue;
    let length = 1;
    while (at(week, noise + turned + length)) length++;
    let start = noise + turned;
    turned += length;
    while (length > 0) {
      const untilMidnight = DAY_MIN - (start % DAY_MIN);
      const piece = length < DAY_MIN ? length : untilMidnight;
      const end = (start % DAY_MIN) + piece;
      found.push({
        day: Math.floor(start / DAY_MIN) % 7,
        start: start % DAY_MIN,
        end: end > DAY_MIN ? end - DAY_MIN : end,
      });
      start += piece;
      length -= piece;
    }
  }
  return found.sort((a, b) => a.day - b.day || a.start - b.start);
}

const at = (week: Week, minute: number): boolean => week[minute % WEEK_MIN] ?? false;

function fill(week: boolean[], from: number, length: number, quiet: boolean): void {
  for (let minute = from; minute < from + length; minute++) week[minute % WEEK_MIN] = quiet;
}
