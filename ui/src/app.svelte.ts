/** The one state of a window: the last view that the desk gave. */

import type { Common } from "./bindings/Common";
import * as ipc from "./ipc";
import { clock } from "./clock.svelte";
import { wear } from "./theme";
import { trouble } from "./trouble.svelte";
import { speak } from "./words.svelte";

export class App<View extends { common: Common }> {
  /** The last view; none until the desk has answered. */
  view = $state.raw<View>();
  #scope: string | undefined;
  #looking: Promise<void> | undefined;
  #again = false;

  /** Looks once, and again whenever the desk says that there is something else to see. */
  async start(): Promise<void> {
    await ipc.onView(() => void this.look());
    await this.look();
  }

  /** Looks at another scope from here on. */
  in(scope: string): Promise<void> {
    this.#scope = scope;
    return this.look();
  }

  /** Takes a fresh view. Calls that come while one is under way are answered by one look after it. */
  look(): Promise<void> {
    if (this.#looking) this.#again = true;
    else this.#looking = this.#lookUntilFresh();
    return this.#looking;
  }

  async #lookUntilFresh(): Promise<void> {
    try {
      do {
        this.#again = false;
        const view = await ipc.look<View>(this.#scope);
        dress(view.common);
        this.view = view;
        trouble.is = false;
      } while (this.#again);
    } finally {
      // At once: whoever comes between the last look and a later turn would be answered by none.
      this.#looking = undefined;
    }
  }
}

/** Gives the page the language, the theme and the clock of the desk. */
function dress(common: Common): void {
  speak(common.language);
  clock.set(common.now);
  wear(common.theme);
  document.documentElement.lang = common.language;
}
