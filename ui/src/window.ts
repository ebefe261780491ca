/** Brings a window to life: looks, draws, and asks to be shown once it is painted. */

import { mount, tick, type Component } from "svelte";

import { App } from "./app.svelte";
import type { Common } from "./bindings/Common";
import * as ipc from "./ipc";
import "./styles/base.css";

/** Draws `Page` in this window. */
export async function raise<View extends { common: Common }>(
  Page: Component<{ app: App<View> }>,
  target: HTMLElement = document.body,
): Promise<App<View>> {
  const app = new App<View>();
  mount(Page, { target, props: { app } });
  await app.start();
  await tick();
  // A hidden page gets no animation frame: what has been laid out by now is what is shown.
  void ipc.ready();
  return app;
}
