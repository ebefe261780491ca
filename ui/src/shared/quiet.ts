/** What it says about quiet, in a few words. */

import type { Common } from "../bindings/Common";
import { t } from "../words.svelte";
import { DAY_MS, momentInWords, timeOfDay } from "./time";

/** Returns "Quiet until 08:00", "Quiet from 19:00", or that quiet is off. */
export function quietInWords({ quiet, now }: Common): string {
  const { hold, next_start, zone } = quiet;
  // Tonight and tomorrow morning need no day: they are the next such time.
  const moment = (wire: string) => {
    const [ms, now_ms] = [Date.parse(wire), Date.parse(now)];
    return ms - now_ms < DAY_MS ? timeOfDay(ms, zone) : momentInWords(ms, now_ms, zone);
  };
  if (hold) return hold.until ? t("quiet-until", { until: moment(hold.until) }) : t("quiet-until-i-say");
  return next_start ? t("quiet-from", { from: moment(next_start) }) : t("quiet-is-off");
}
