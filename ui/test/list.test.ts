import { expect, test } from "vitest";

import { List } from "../src/bell/list.svelte";
import { installDesk } from "./fixture/desk";
import { many } from "./fixture/views";

const keys = (list: List) => list.pages.flatMap(({ rows }) => rows.map(({ key }) => key));

test("pages come as one reaches their end, and once each", async () => {
  const desk = installDesk({ view: null, rows: many(120) });
  const list = new List();
  await list.ask({ tab: "all" });
  await list.reach(0);
  await Promise.all([list.reach(1), list.reach(1)]);
  await list.reach(2);
  expect(keys(list)).toEqual(many(120).map(({ key }) => key));
  expect(desk.calls.length).toBe(3);
});

test("a list that changed is read again as far as it was in sight", async () => {
  const desk = installDesk({ view: null, rows: many(400) });
  const list = new List();
  await list.ask({ tab: "all" });
  await list.reach(0);
  await list.reach(1);
  desk.rows = desk.rows.slice(1);
  await list.refresh();
  expect(keys(list)[0]).toBe("n/1");
  expect(list.pages.length).toBe(2);
});

test("an answer that was overtaken by a later question is dropped", async () => {
  installDesk({ view: null, rows: many(10) });
  const list = new List();
  const first = list.ask({ tab: "all" });
  const second = list.ask({ tab: "all", search: "Customer 7" });
  await Promise.all([first, second]);
  expect(keys(list)).toEqual(["n/7"]);
});
