/** What it says about quiet, in a few words. */

import type { Common } from "../bindings/Common";
import { t } from "../words.svelte";
import { DAY_MS, format, timeOfDay } from "./time";

/** Returns "Quiet until 08:00", "Quiet from 19:00", or that quiet is off. */
export function quietInWords({ quiet, now }: Common): string {
  const { hold, next_start, zone } = quiet;
  const moment = (wire: string) => momentInWords(Date.parse(wire), Date.parse(now), zone);
  if (hold) return hold.until ? t("quiet-until", { until: moment(hold.until) }) : t("quiet-until-i-say");
  return next_start ? t("quiet-from", { from: moment(next_start) }) : t("quiet-is-off");
}

/** Returns the time of day, with its day where it is more than a day away. */
function momentInWords(ms: number, now_ms: number, zone: string): string {
  const time = timeOfDay(ms, zone);
  if (ms - now_ms < DAY_MS) return time;
  return `${format(ms, { weekday: "short", timeZone: zone })} ${time}`;
}
