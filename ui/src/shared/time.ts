/** Moments as people read them, on the clock of this machine or of a zone. */

import { language } from "../words.svelte";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Returns a moment in the spoken language. A zone that this machine does not know is told by its own clock. */
export function format(ms: number, how: Intl.DateTimeFormatOptions): string {
  const locale = language() === "uk" ? "uk" : "en-GB";
  const key = locale + JSON.stringify(how);
  let made = formats.get(key);
  if (!made) {
    made = make(locale, how);
    formats.set(key, made);
  }
  return made.format(ms);
}

/** Returns `14:32`. */
export const timeOfDay = (ms: number, zone?: string): string =>
  format(ms, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(zone && { timeZone: zone }) });

/** Returns `14:32`, with the weekday where it is another day, and with the date where it is a week or more away. */
export function momentInWords(ms: number, now_ms: number, zone?: string): string {
  const time = timeOfDay(ms, zone);
  const inZone = zone ? { timeZone: zone } : {};
  const day = (at_ms: number) => format(at_ms, { year: "numeric", month: "numeric", day: "numeric", ...inZone });
  if (day(ms) === day(now_ms)) return time;
  const isNear = Math.abs(ms - now_ms) < 6 * DAY_MS;
  return `${format(ms, { ...(isNear ? { weekday: "short" } : { day: "numeric", month: "short" }), ...inZone })} ${time}`;
}

/** Returns `Wednesday 18 November`, with the year where it is another. */
export function dayInWords(ms: number, now_ms: number): string {
  const sameYear = new Date(ms).getFullYear() === new Date(now_ms).getFullYear();
  return format(ms, { weekday: "long", day: "numeric", month: "long", ...(!sameYear && { year: "numeric" }) });
}

/** Returns how many days of this machine's calendar lie between two moments. */
export function daysBetween(earlier_ms: number, later_ms: number): number {
  return Math.round((startOfDay(later_ms) - startOfDay(earlier_ms)) / DAY_MS);
}

/** Returns the moment at which it is `hour:minute`, so many days after the day of `now_ms`. */
export function at(now_ms: number, days: number, hour: number, minute: number): number {
  const day = new Date(now_ms);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, hour, minute).getTime();
}

/** Returns a moment as the wire writes it. */
export const onTheWire = (ms: number): string => new Date(ms).toISOString();

/** Reads a time of day as people write it (`9`, `9:30`, `0930`, `9.30`) into minutes after midnight; 24:00 is 1440. */
export function readTime(text: string): number | undefined {
  const found = /^\s*(\d{1,2})(?:\s*[:.]?\s*(\d{2}))?\s*$/.exec(text);
  if (!found) return undefined;
  const minutes = Number(found[1]) * 60 + Number(found[2] ?? 0);
  return Number(found[2] ?? 0) < 60 && minutes <= 24 * 60 ? minutes : undefined;
}

/** Returns minutes after midnight as `09:30`. */
export const writeTime = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

const startOfDay = (ms: number): number => at(ms, 0, 0, 0);

function make(locale: string, how: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(locale, how);
  } catch {
    const { timeZone: _, ...rest } = how;
    return new Intl.DateTimeFormat(locale, rest);
  }
}
