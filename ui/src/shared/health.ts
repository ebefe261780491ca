/** The health of the desk's parts, in words. */

import type { PartView } from "../bindings/PartView";
import { find, t } from "../words.svelte";

/** Whether something is the matter with a part. */
export const fails = ({ is }: PartView): boolean => is.state === "fails";

/** Returns what is the matter with a part, and what cures it. */
export function trouble({ part, is }: PartView): string {
  if (is.state !== "fails") return "";
  const offline = part === "server" ? find(`offline-${is.code}`) : undefined;
  if (offline) return t("part-server-why", { why: offline[0]?.toLocaleUpperCase() + offline.slice(1) });
  return find(`part-${part}-${is.code}`) ?? t(`health-${part}-cure`);
}
