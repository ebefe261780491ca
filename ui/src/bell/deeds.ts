/** What can be done with a row of the list or with one notice of it. */

import type { ItemView } from "../bindings/ItemView";
import type { RowView } from "../bindings/RowView";
import type { What } from "../bindings/What";
import { clock } from "../clock.svelte";
import * as ipc from "../ipc";
import { at, HOUR_MS, MINUTE_MS, onTheWire } from "../shared/time";

/** Something in the list that can be acted upon. */
export interface Target {
  /** The row, or the one notice. */
  what: What;
  /** The notice that is shown of it. */
  item: ItemView;
  /** Whether anything of it is unread. */
  unread: boolean;
}

/** Returns the whole row as something to act upon. */
export const wholeRow = (row: RowView, item: ItemView): Target => ({
  what: { row: row.key },
  item,
  unread: row.items.some((item) => item.unread),
});

/** Returns one notice of an unfolded row as something to act upon. */
export const oneNotice = (item: ItemView): Target => ({ what: { notice: item.id }, item, unread: item.unread });

/** Opens what a notice is about. */
export const open = ({ item }: Target) => ipc.act({ do: "open", id: item.id, agreed: false });

/** Marks read, or unread. */
export const mark = ({ what }: Target, read: boolean) => ipc.act({ do: read ? "read" : "unread", what });

/** Puts off until a moment. */
export const snooze = ({ what }: Target, until_ms: number) =>
  ipc.act({ do: "snooze", what, until: onTheWire(until_ms) });

/** Removes for good. */
export const remove = ({ what }: Target) => ipc.act({ do: "remove", what });

/** Mutes the kind of a notice for an hour. */
export const muteKind = ({ item }: Target) =>
  ipc.act({
    do: "prefer",
    cells: [
      { scope: "*", kind: item.kind, facet: "mute", value: { until: onTheWire(clock.now_ms + HOUR_MS) } },
    ],
  });

/** For how long one can put off, each with its message and its moment. */
export const SNOOZES: { id: string; until: (now_ms: number) => number }[] = [
  { id: "bell-snooze-30", until: (now) => now + 30 * MINUTE_MS },
  { id: "bell-snooze-60", until: (now) => now + HOUR_MS },
  { id: "bell-snooze-180", until: (now) => now + 3 * HOUR_MS },
  { id: "bell-snooze-tomorrow", until: (now) => at(now, 1, 8, 0) },
];
