import { expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";

import Bell from "../src/bell/Bell.svelte";
import type { AskView } from "../src/bindings/AskView";
import type { Common } from "../src/bindings/Common";
import { raise, settle } from "./fixture/stage";
import { bell, common, day, item, many, NOW, row } from "./fixture/views";

const plain = (text: string | null | undefined) => (text ?? "").replace(/[\u2068\u2069]/g, "").trim();
const titles = () => [...document.querySelectorAll(".title")].map(({ textContent }) => plain(textContent));
const focused = () => plain(document.activeElement?.querySelector(".title")?.textContent);
const press = async (...keys: string[]) => {
  for (const key of keys) await userEvent.keyboard(key);
  await settle();
};
const choose = async (name: string) => {
  await page.getByRole("menuitem", { name }).click();
  await settle();
};

test("the unread list stands first, the others behind their tabs", async () => {
  await raise(Bell, { view: bell(), rows: day() });
  expect(titles()).toEqual(["UrgentSLA breached", "Ana Admin mentioned you", "New conversation assigned to you"]);
  await page.getByRole("tab", { name: "Mentions" }).click();
  await settle();
  expect(titles()).toEqual(["Ana Admin mentioned you"]);
  await press("{ArrowLeft}");
  expect(titles().length).toBe(day().length);
});

test("arrows and j and k move through the rows, and stop at the ends", async () => {
  await raise(Bell, { view: bell(), rows: day() });
  const seen: string[] = [];
  for (const key of ["j", "j", "{ArrowDown}", "j", "k", "{ArrowUp}", "k"]) {
    await press(key);
    seen.push(focused());
  }
  const [first, second, third] = ["UrgentSLA breached", "Ana Admin mentioned you", "New conversation assigned to you"];
  expect(seen).toEqual([first, second, third, third, second, first, first]);
  expect(document.querySelectorAll('.open[tabindex="0"]').length).toBe(1);
});

test("the keys do what they say to the row that has the focus", async () => {
  const desk = await raise(Bell, { view: bell(), rows: day() });
  await press("j", "j", "r", "u", "e", "{Enter}");
  const what = { row: "c/388" };
  const id = desk.rows[1]!.items[0]!.id;
  expect(desk.acts()).toEqual([
    { do: "read", what },
    { do: "unread", what },
    { do: "remove", what },
    { do: "open", id, agreed: false },
  ]);
});

test("a notice is put off by the moments of the menu", async () => {
  const desk = await raise(Bell, { view: bell(), rows: day() });
  for (const name of ["30 minutes", "1 hour", "3 hours", "Tomorrow 08:00"]) {
    await press("j", "s");
    await choose(name);
  }
  const after = desk.acts().map((act) => "until" in act && (Date.parse(act.until) - Date.parse(NOW)) / 60_000);
  expect(after.slice(0, 3).map((minutes) => Math.round(Number(minutes)))).toEqual([30, 60, 180]);
  expect(desk.acts()[3]).toMatchObject({ do: "snooze", until: "2026-11-19T06:00:00.000Z" });
});

test("a moment of one's own must lie ahead", async () => {
  const desk = await raise(Bell, { view: bell(), rows: day() });
  await press("j", "s");
  await choose("Choose a time…");
  const time = page.getByLabelText("Time");
  const snooze = page.getByRole("button", { name: "Snooze", exact: true }).last();
  for (const [text, told] of [["noon", "Write the time as 14:30."], ["0:01", "This time has passed. Choose a later one."]] as const) {
    await time.fill(text);
    await snooze.click();
    await expect.element(page.getByRole("alert")).toHaveTextContent(told);
  }
  await time.fill("23.45");
  await snooze.click();
  expect(desk.acts()).toEqual([{ do: "snooze", what: { row: "c/412" }, until: "2026-11-18T21:45:00.000Z" }]);
});

test("the menu of a row mutes its kind for an hour, removes, and leads to the preferences", async () => {
  const desk = await raise(Bell, { view: bell(), rows: day() });
  for (const name of ["Mute", "Remove", "Preferences…"]) {
    await press("j");
    await page.getByRole("button", { name: "More" }).first().click();
    await choose(name);
  }
  const [mute, remove, show] = desk.acts();
  expect(mute).toMatchObject({ do: "prefer", cells: [{ scope: "*", kind: "sla_expired", facet: "mute" }] });
  const until = mute?.do === "prefer" ? (mute.cells[0]?.value as { until: string }).until : "";
  expect(Math.round((Date.parse(until) - Date.parse(NOW)) / 60_000)).toBe(60);
  expect(remove).toEqual({ do: "remove", what: { row: "c/412" } });
  expect(show).toEqual({ do: "show", window: "preferences", kind: "sla_expired" });
});

test("it says channel by channel why a notice rang, the server's part once that is there", async () => {
  const toast = { channel: "toast", fired: false, reason: "held: quiet hours 19:00–08:00 Europe/Kyiv" };
  const mail = { channel: "email", fired: true, reason: "on: required by your administrator" };
  const desk = await raise(Bell, { view: bell(), rows: day(), why: { lines: [toast], not_offered: [], server: "asking" } });
  await press("j");
  await page.getByRole("button", { name: "More" }).first().click();
  await choose("Why did this ring?");
  const dialog = page.getByRole("dialog");
  await expect.element(dialog).toHaveTextContent(/Toast.*did not go out.*held: quiet hours.*Asking the server/);
  const { id } = desk.rows[0]!.items[0]!;
  expect(desk.acts()).toEqual([{ do: "why", id }]);
  expect(desk.calls.find(({ command }) => command === "why")?.args).toEqual({ id });
  desk.why = { lines: [toast, mail], not_offered: ["sms", "viber"], server: "told" };
  await desk.show(bell());
  await expect.element(dialog).toHaveTextContent(/Email.*went out.*required by your administrator.*Not set up on this server: .SMS, Viber/);
  await expect.element(dialog).not.toHaveTextContent("Asking");
  desk.why = { lines: [toast], not_offered: [], server: "no_answer" };
  await desk.show(bell());
  await expect.element(dialog).toHaveTextContent("The server could not be asked");
  expect(desk.acts()).toHaveLength(1);
});

test("a host that nobody declared is shown before it is opened", async () => {
  const rows = [row("x/1", item({ unread: true, strange_host: "evil.example.net" }))];
  const desk = await raise(Bell, { view: bell(), rows });
  await press("j", "{Enter}");
  await expect.element(page.getByRole("dialog")).toHaveTextContent("evil.example.net");
  await page.getByRole("button", { name: "Cancel" }).click();
  expect(desk.acts()).toEqual([]);
  await press("j", "{Enter}");
  await page.getByRole("button", { name: "Open" }).last().click();
  expect(desk.acts()).toEqual([{ do: "open", id: rows[0]!.items[0]!.id, agreed: true }]);
});

test("the desk's own question about a host is asked once", async () => {
  const ask: AskView = { what: "open", id: "e-1", host: "evil.example.net" };
  const desk = await raise(Bell, { view: bell({ ask }), rows: day() });
  await expect.element(page.getByRole("dialog")).toHaveTextContent("evil.example.net");
  await page.getByRole("button", { name: "Cancel" }).click();
  await desk.show(bell({ ask, unread: 2 }));
  expect(document.querySelector("dialog")).toBeNull();
});

test("a page that wants to sign in elsewhere is asked about, and its link is followed only then", async () => {
  const link = "campanile://pair?server=https://evil.example.net&code=c0de";
  const desk = await raise(Bell, { view: bell({ ask: { what: "pair", link, host: "evil.example.net" } }), rows: day() });
  await expect.element(page.getByRole("dialog")).toHaveTextContent(/pair this computer anew.*evil\.example\.net/);
  expect(desk.acts()).toEqual([]);
  await page.getByRole("button", { name: "Pair with" }).click();
  expect(desk.acts()).toEqual([{ do: "pair", link }]);
});

test("a conversation unfolds, and its notices are acted upon one by one", async () => {
  const desk = await raise(Bell, { view: bell(), rows: day() });
  await page.getByRole("button", { name: "more messages" }).click();
  await settle();
  expect(titles().length).toBe(5);
  await press("j", "j", "r");
  expect(desk.acts()).toEqual([{ do: "read", what: { notice: desk.rows[2]!.items[2]!.id } }]);
});

test("search begins with / and ends with Esc; then Esc closes the window", async () => {
  const desk = await raise(Bell, { view: bell(), rows: day() });
  await press("/");
  await userEvent.keyboard("invoice");
  await expect.poll(titles).toEqual(["Ana Admin mentioned you"]);
  await press("{Escape}");
  await expect.poll(() => titles().length).toBe(3);
  expect(desk.calls.some(({ command }) => command === "close")).toBe(false);
  await press("{Escape}");
  expect(desk.calls.some(({ command }) => command === "close")).toBe(true);
});

test("Esc closes what lies above before the window", async () => {
  const desk = await raise(Bell, { view: bell(), rows: day() });
  const closed = () => desk.calls.some(({ command }) => command === "close");
  await press("?");
  expect(document.querySelector("dialog[open]")).not.toBeNull();
  await press("{Escape}");
  expect(document.querySelector("dialog")).toBeNull();
  await press("j", "s", "{Escape}");
  expect(document.querySelector(".popover")).toBeNull();
  expect(document.activeElement?.closest("article")).not.toBeNull();
  expect(closed()).toBe(false);
});

test("mark all read means what is in sight", async () => {
  const desk = await raise(Bell, { view: bell(), rows: day() });
  const all = page.getByRole("button", { name: "Mark all read" });
  await all.click();
  await page.getByRole("button", { name: "SLA", exact: true }).click();
  await settle();
  expect(titles()).toEqual(["UrgentSLA breached"]);
  await all.click();
  await page.getByRole("tab", { name: "Mentions" }).click();
  await all.click();
  expect(desk.acts()).toEqual([
    { do: "read_all", filter: {} },
    { do: "read_all", filter: { groups: ["sla"] } },
    { do: "read_all", filter: { groups: ["sla"], kind: "operator_mentioned" } },
  ]);
});

test("when the focused row leaves the list, the one in its place has the focus", async () => {
  const desk = await raise(Bell, { view: bell(), rows: day() });
  await press("j", "j");
  desk.rows = desk.rows.filter(({ key }) => key !== "c/388");
  await desk.show(bell({ unread: 2, revision: 2 }));
  expect(focused()).toBe("New conversation assigned to you");
});

test("the number of unread is told once, politely", async () => {
  const desk = await raise(Bell, { view: bell(), rows: day() });
  const told = () => [...document.querySelectorAll('[role="status"]')].map(({ textContent }) => plain(textContent)).filter(Boolean);
  expect(told()).toEqual(["3 unread"]);
  await desk.show(bell({ unread: 1, revision: 2 }));
  expect(told()).toEqual(["1 unread"]);
});

test("what was done is taken back by one button", async () => {
  const desk = await raise(Bell, { view: bell({ common: common({ undo: "removed:1" }) }), rows: day() });
  await page.getByRole("button", { name: "Undo" }).click();
  expect(desk.acts()).toEqual([{ do: "undo" }]);
  await desk.show(bell());
  expect(document.querySelector(".undo")).toBeNull();
});

test("a deed that the desk does not answer is told of, until the desk is heard again", async () => {
  const desk = await raise(Bell, { view: bell(), rows: day() });
  const { __TAURI_INTERNALS__: bridge } = globalThis as any;
  const { invoke } = bridge;
  bridge.invoke = async () => Promise.reject("no_desk");
  await press("j", "r");
  await expect.element(page.getByText("That came to nothing")).toBeVisible();
  bridge.invoke = invoke;
  await desk.show(bell());
  expect(document.querySelector(".strip")).toBeNull();
});

test("offline says since when and until when, and tries at once if told to", async () => {
  const link = { state: "offline", host: "desk.example.org", since: "2026-11-18T08:42:00.000Z", retry_at: "2026-11-18T09:33:30.000Z", why: "no_answer" } as const;
  const desk = await raise(Bell, { view: bell({ common: common({ link }) }), rows: day() });
  expect(plain(document.querySelector(".strip")?.textContent)).toMatch(/No answer from desk\.example\.org since 10:42\.\s+Trying again in (30|29) s\./);
  await page.getByRole("button", { name: "Try now" }).click();
  expect(desk.acts()).toEqual([{ do: "reconnect" }]);
});

test("quiet is begun and ended from the foot", async () => {
  const desk = await raise(Bell, { view: bell(), rows: day() });
  await page.getByRole("button", { name: "Quiet from" }).click();
  await choose("Quiet for 1 hour");
  const hold = { mute: true, until: null, held: 4 };
  await desk.show(bell({ common: common({ quiet: { hold, next_start: null, zone: "Europe/Kyiv", offset_minutes: 120 } }) }));
  await page.getByRole("button", { name: "End quiet now" }).click();
  expect(desk.acts()).toEqual([{ do: "quiet", how: "an_hour" }, { do: "quiet", how: "off" }]);
});

test("the first steps lead from the pairing link over a sample to how loud it shall be", async () => {
  const desk = await raise(Bell, { view: bell({ common: common({ link: { state: "no_account" }, account: null }) }) });
  const link = page.getByLabelText("Pairing link");
  await link.fill("https://example.org");
  await page.getByRole("button", { name: "Pair", exact: true }).click();
  await expect.element(page.getByRole("alert")).toHaveTextContent("This is no pairing link.");
  await link.fill(" campanile://pair?code=1 ");
  await page.getByRole("button", { name: "Pair", exact: true }).click();
  await desk.show(bell());
  await page.getByRole("button", { name: "Show a sample" }).click();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByLabelText("Toasts only").click();
  await page.getByRole("button", { name: "Done" }).click();
  await settle();
  expect(desk.acts()).toEqual([
    { do: "pair", link: "campanile://pair?code=1" },
    { do: "test" },
    {
      do: "prefer",
      cells: [
        { scope: "*", kind: "*", facet: "channel.toast", value: true },
        { scope: "*", kind: "*", facet: "channel.sound", value: false },
      ],
    },
  ]);
  expect(document.querySelector(".bell")).not.toBeNull();
});

test("while a pairing link is tried it cannot be tried again", async () => {
  const first = { link: { state: "no_account" } as const, account: null };
  const desk = await raise(Bell, { view: bell({ common: common(first) }) });
  await page.getByLabelText("Pairing link").fill("campanile://pair?code=1");
  await desk.show(bell({ common: common({ ...first, pairing: true }) }));
  await expect.element(page.getByRole("button", { name: "Pairing…" })).toBeDisabled();
  await desk.show(bell({ common: common({ ...first, problem: "pairing_code" }) }));
  await expect.element(page.getByRole("button", { name: "Pair", exact: true })).toBeEnabled();
});

test("ten thousand rows are scrolled with only a few of them drawn", async () => {
  await raise(Bell, { view: bell({ unread: 2000 }), rows: many(10_000) });
  await page.getByRole("tab", { name: "All" }).click();
  await settle();
  const scroller = document.querySelector(".scroller")!;
  let most = 0;
  // A page is 50 rows; after twenty turns at least a thousand rows have come.
  for (let turn = 0; turn < 20; turn++) {
    const before = scroller.scrollHeight;
    scroller.scrollTop = before;
    await expect.poll(() => scroller.scrollHeight, { interval: 5 }).toBeGreaterThan(before);
    most = Math.max(most, document.querySelectorAll("article").length);
  }
  expect(most).toBeLessThan(400);
  expect(scroller.scrollHeight).toBeGreaterThan(1000 * 40);
  scroller.scrollTop = 0;
  await expect.poll(() => titles()[0]).toBe("Customer 0 wrote to you");
});

test("a notice that the server lacks says that it is here only, and why", async () => {
  await raise(Bell, { view: bell(), rows: [row("c/9", item({ title: "Ticket closed", unread: true, not_on_server: true })), ...day()] });
  const told = [...document.querySelectorAll("article")].map(({ textContent }) => textContent?.includes("On this computer only"));
  expect(told.slice(0, 2)).toEqual([true, false]);
  await expect.element(page.getByTitle(/^The server does not have this notification/)).toBeVisible();
});

test("a part that does not work is told at the foot, and checked from there", async () => {
  const parts: Common["parts"] = [
    { part: "store", is: { state: "fails", code: "full" } },
    { part: "keyring", is: { state: "fails", code: "locked" } },
    { part: "sound", is: { state: "works", detail: "" } },
  ];
  const desk = await raise(Bell, { view: bell({ common: common({ parts }) }), rows: day() });
  await expect.element(page.getByText(/^The disk is full. Free some space/)).toBeVisible();
  await page.getByRole("button", { name: "The keyring is locked. Unlock it, then check again. Check" }).click();
  expect(desk.acts()).toEqual([{ do: "check", part: "keyring" }]);
  await desk.show(bell());
  expect(document.querySelector("footer .trouble")).toBeNull();
});
