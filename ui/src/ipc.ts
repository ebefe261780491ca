/** The one bridge to the desk: everything that a page sees or does passes here. */

import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";

import type { Action } from "./bindings/Action";
import type { Page } from "./bindings/Page";
import type { PageFilter } from "./bindings/PageFilter";
import type { WhyView } from "./bindings/WhyView";

/** Returns what this window draws: `BellView` in the bell, `PreferencesView` of a scope in the preferences. */
export const look = <View>(scope?: string) => invoke<View>("look", { scope: scope ?? null });

/** Does a person's deed. What came of it is told by the next view. */
export const act = (action: Action) => invoke<void>("act", { action });

/** Returns the page of the list after a cursor, or the first one. */
export const page = (filter: PageFilter, after: string | null) => invoke<Page>("page", { filter, after });

/** Returns, channel by channel, why a notice rang or did not: the server's part once it was asked for by the deed `why` (R1). */
export const why = (id: string) => invoke<WhyView>("why", { id });

/** Returns the names of all time zones. */
export const zones = () => invoke<string[]>("zones");

/** Keeps a sound file on this desk and returns its melody's id; fails with a code of `melody-refused-<code>`. */
export const adopt = (bytes: ArrayBuffer, name: string) =>
  invoke<string>("adopt", bytes, { headers: { file: new URLSearchParams({ name }).toString() } });

/** Says that the page is painted, so that its hidden window is shown without a white flash. */
export const ready = () => invoke<void>("ready");

/** Closes this window. */
export const close = () => invoke<void>("close");

/** Calls `again` whenever there is something else to see. */
export const onView = (again: () => void) => listen("view", again);
