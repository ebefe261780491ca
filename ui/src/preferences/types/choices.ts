/** Which choices a deed in the matrix makes. */

import type { GroupView } from "../../bindings/GroupView";
import type { KindView } from "../../bindings/KindView";
import type { MelodyView } from "../../bindings/MelodyView";
import type { PreferencesView } from "../../bindings/PreferencesView";
import { find, t } from "../../words.svelte";
import type { Choice } from "../prefer";

/** Why a tick cannot be changed; `null` where it can. */
export type Lock = "required" | "unavailable" | "view_only" | "channel-off" | null;

/** Returns why the tick of `kind` in column `column` cannot be changed. */
export function lockOf(view: PreferencesView, kind: KindView, column: number): Lock {
  const cell = kind.cells[column];
  const channel = view.channels[column];
  if (cell?.lock) return cell.lock;
  if (channel?.lock === "unavailable") return "unavailable";
  if (kind.view_only) return "view_only";
  // A sound can be ticked only while the channel is on, or required (R8).
  return channel?.id === "sound" && !channel.on && channel.lock !== "required" ? "channel-off" : null;
}

/** What a tick over several ticks shows: whether all are on, some, or none; and whether one of them can be changed. */
export interface Several {
  on: boolean;
  mixed: boolean;
  open: boolean;
}

/** Returns what a tick over the column of `kinds` shows. */
export function several(view: PreferencesView, kinds: KindView[], column: number): Several {
  const ticks = kinds.map((kind) => kind.cells[column]?.on ?? false);
  const open = kinds.some((kind) => lockOf(view, kind, column) === null);
  const on = ticks.length > 0 && ticks.every(Boolean);
  return { on, mixed: !on && ticks.some(Boolean), open };
}

/** Returns the choices that turn a column of `kinds` on, or off where all that can be changed is on. */
export function tickSeveral(view: PreferencesView, kinds: KindView[], column: number): Choice[] {
  const free = kinds.filter((kind) => lockOf(view, kind, column) === null);
  const value = !free.every((kind) => kind.cells[column]?.on);
  return free
    .filter((kind) => kind.cells[column]?.on !== value)
    .map((kind) => ({ scope: view.scope, kind: kind.id, facet: facetOf(view, column), value }));
}

/** Returns what a melody is called. */
export function melodyName(id: string, melody?: MelodyView): string {
  if (melody?.elsewhere) return t("types-melody-elsewhere");
  return melody?.file ?? find(`melody-${id}`) ?? id;
}

/** Returns the facet of a column. */
export const facetOf = (view: PreferencesView, column: number): string => `channel.${view.channels[column]?.id}`;

/** Returns the choices that take back everything that was chosen for `kinds` in this scope. */
export function backToDefaults(view: PreferencesView, kinds: KindView[]): Choice[] {
  return kinds.flatMap((kind) => [
    ...chosen(view, kind).map((choice) => ({ ...choice, value: null })),
    // Whether the pin is a choice of this scope is not told; taking back what was not chosen changes nothing.
    { scope: view.scope, kind: kind.id, facet: "always_alert", value: null },
  ]);
}

/** Returns the choices that make `scope` the same as the one in view. */
export const copyTo = (view: PreferencesView, scope: string): Choice[] =>
  view.groups.flatMap(({ kinds }) => kinds.flatMap((kind) => chosen(view, kind))).map((choice) => ({ ...choice, scope }));

/** Returns the choices that leave toasts to assignments, mentions and SLA. */
export function quietenTheRest(view: PreferencesView): Choice[] {
  const column = view.channels.findIndex(({ id }) => id === "toast");
  return view.groups
    .filter(({ id }) => id !== "assignment" && id !== "sla")
    .flatMap(({ kinds }) => kinds)
    .filter((kind) => kind.id !== "operator_mentioned" && kind.cells[column]?.on && lockOf(view, kind, column) === null)
    .map((kind) => ({ scope: view.scope, kind: kind.id, facet: "channel.toast", value: false }));
}

/** Returns the kinds that some source sends, in their groups; groups without one are left out. */
export const sentGroups = (groups: GroupView[]): GroupView[] =>
  groups.map((group) => ({ ...group, kinds: group.kinds.filter(({ sent }) => sent) })).filter(({ kinds }) => kinds.length > 0);

function chosen(view: PreferencesView, kind: KindView): Choice[] {
  const own = kind.cells.flatMap((cell, column) =>
    cell.inherited || lockOf(view, kind, column) ? [] : [{ facet: facetOf(view, column), value: cell.on as unknown }],
  );
  if (!kind.melody_inherited) own.push({ facet: "melody", value: kind.melody });
  if (kind.volume !== null) own.push({ facet: "volume", value: kind.volume });
  return own.map((choice) => ({ scope: view.scope, kind: kind.id, ...choice }));
}
