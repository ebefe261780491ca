/** Choices as the desk takes them: made at once, all together. */

import * as ipc from "../ipc";

/** One choice; `null` takes it back. */
export interface Choice {
  scope: string;
  kind: string;
  facet: string;
  value: unknown;
}

/** Makes choices. None is no deed. */
export function prefer(cells: Choice[]): void {
  if (cells.length > 0) void ipc.act({ do: "prefer", cells });
}

/** Chooses for everything and all kinds: a setting, or a channel's own switch. */
export const set = (facet: string, value: unknown): void => prefer([{ scope: "*", kind: "*", facet, value }]);
