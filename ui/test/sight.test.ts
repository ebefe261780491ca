/** What every page must be for everybody: accessible, and without a sentence of its own. */

import axe from "axe-core";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { page } from "vitest/browser";

import Bell from "../src/bell/Bell.svelte";
import type { Common } from "../src/bindings/Common";
import Preferences from "../src/preferences/Preferences.svelte";
import { disguise } from "../src/words.svelte";
import { ofLine, preferences } from "./fixture/preferences";
import { raise, settle, type Stage } from "./fixture/stage";
import { ago, bell, common, day, item, row } from "./fixture/views";

type Show = (change: Partial<Common>) => Promise<Stage>;

const hold = { mute: false, until: "2026-11-19T06:00:00.000Z", held: 4 };
const offline = { state: "offline", host: "desk.example.org", since: ago(51), retry_at: ago(-1), why: "dns" } as const;
const inBell = (change: Partial<Common> = {}, rows = day()): Show => (more) => raise(Bell, { view: bell({ common: common({ ...change, ...more }) }), rows });
const section = (index: number, view = preferences()): Show => async (more) => {
  const stage = await raise(Preferences, { view: { ...view, common: { ...view.common, ...more } } });
  document.querySelectorAll<HTMLElement>("nav button")[index]?.click();
  await settle();
  return stage;
};
const sick = preferences({ common: common({ parts: [{ part: "tray", is: { state: "fails", code: "no_host" } }, { part: "zones", is: { state: "works", detail: "2026f" } }] }) });

const SHOWN: Record<string, Show> = {
  "the unread list": inBell({ parts: [{ part: "keyring", is: { state: "fails", code: "waiting" } }] }),
  "a notice of this computer only": inBell({}, [row("c/9", item({ not_on_server: true, unread: true }))]),
  "a list with everything to say": inBell({ quiet: { hold, next_start: null, zone: "Europe/Kyiv", offset_minutes: 120 }, undo: "read:3", problem: "past", waiting: 2, link: offline }),
  "an empty list": inBell({}, []),
  "a bell that is signed out": inBell({ link: { state: "signed_out" }, account: { name: "Mira Oak", host: "desk.example.org", session_only: true, availability: "busy" } }),
  "a bell that is too old": inBell({ link: { state: "too_old" } }),
  "the first step": inBell({ link: { state: "no_account" }, account: null }),
  "the menu of a row": async (more) => {
    const stage = await inBell()(more);
    document.querySelectorAll<HTMLElement>("article .tool")[2]?.click();
    await settle();
    return stage;
  },
  "the keys": async (more) => {
    const stage = await inBell()(more);
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true }));
    await settle();
    return stage;
  },
  "the matrix": section(0),
  "the matrix of a line": section(0, ofLine()),
  "the menu of a kind": async (more) => {
    const view = preferences();
    view.groups[0]!.kinds[0]!.melody = "own:4f1c.wav";
    const stage = await section(0, view)(more);
    document.querySelector<HTMLElement>("td button[aria-haspopup=dialog]")?.click();
    await settle();
    return stage;
  },
  "the simple screen": section(0, preferences({ full: false })),
  "the channels": section(1, sick),
  "the quiet hours": section(2),
  "a day of the quiet hours": async (more) => {
    const stage = await section(2)(more);
    document.querySelector<HTMLElement>(".times")?.click();
    await settle();
    return stage;
  },
  "the accounts": section(3),
  "the general settings": section(4),
  "the health": section(5, sick),
};

const isPreferences = (name: string) => Object.keys(SHOWN).indexOf(name) >= Object.keys(SHOWN).indexOf("the matrix");
beforeEach(({ task }) => (isPreferences(task.suite?.name ?? "") ? page.viewport(900, 640) : page.viewport(400, 600)));

for (const [name, show] of Object.entries(SHOWN)) {
  describe(name, () => {
    for (const theme of ["light", "dark"]) {
      for (const language of ["en", "uk"]) {
        test(`can be used by everybody: ${theme}, ${language}`, async () => {
          await show({ theme, language });
          const { violations } = await axe.run(document, { resultTypes: ["violations"] });
          expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`)).toEqual([]);
        });
      }
    }

    test("has no sentence of its own", async () => {
      disguise((text) => text.replace(/\p{L}/gu, "$&\u0301"));
      onTestFinished(() => disguise((text) => text));
      const stage = await show({});
      const given = JSON.stringify([stage.view, stage.rows]);
      const forgotten = said().filter((text) => /\p{L}/u.test(text) && !text.includes("\u0301") && !given.includes(JSON.stringify(text).slice(1, -1)));
      expect(forgotten).toEqual([]);
    });
  });
}

/** Returns everything that the page says to the eye or the ear; times, keys and names of languages are nobody's sentence. */
function said(): string[] {
  const found: string[] = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (node instanceof Text) {
      if (!node.parentElement?.closest("time, kbd, script, style")) found.push(node.data.trim());
    } else if (node instanceof Element) {
      for (const name of ["aria-label", "title", "placeholder", "alt"]) {
        const text = node.getAttribute(name);
        if (text && !node.matches("time") && !text.startsWith("campanile://")) found.push(text.trim());
      }
    }
  }
  return found;
}
