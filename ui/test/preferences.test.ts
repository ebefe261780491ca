import { beforeEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";

import { preferences } from "./fixture/preferences";
import { isolated, pick, section, set, stage } from "./fixture/raised";
import { settle } from "./fixture/stage";
import { common } from "./fixture/views";

beforeEach(() => page.viewport(900, 640));

test("the other computers wait once that is chosen", async () => {
  const desk = await stage();
  await section("Channels");
  const wait = page.getByRole("switch", { name: "the others wait 10 seconds" });
  await expect.element(wait).not.toBeChecked();
  await wait.click();
  expect(desk.acts()).toEqual([set("others_wait", true)]);
});

test("each setting of a channel is one choice", async () => {
  const desk = await stage();
  await section("Channels");
  await page.getByRole("switch", { name: "Email" }).click();
  await pick("Stays for", "until dismissed");
  await pick("Most at once", "5");
  await pick("Repeats until read", `${isolated("2")} times`);
  await pick("Shows", "name only");
  await pick("While you look at the inbox", "only that conversation is silent");
  await pick("Pause between melodies", `${isolated("10")} s`);
  await page.getByRole("switch", { name: "Repeat every 30 s until read" }).click();
  await page.getByRole("switch", { name: "Only what is assigned to me" }).first().click();
  await page.getByRole("button", { name: "Test" }).click();
  expect(desk.acts()).toEqual([
    set("channel.email", false),
    set("toast.duration_ms", 0),
    set("toast.most", 5),
    set("toast.repeats", 2),
    set("toast.shows", "name"),
    set("focus", "conversation"),
    set("sound.gap_ms", 10_000),
    set("sound.repeats", true),
    set("only_mine.bell", true),
    { do: "test" },
  ]);
});

test("the volume is heard as it is turned", async () => {
  const desk = await stage();
  await section("Channels");
  const volume = page.getByRole("slider").element() as HTMLInputElement;
  volume.focus();
  await userEvent.keyboard("{ArrowRight}");
  expect(desk.acts()).toEqual([set("volume", 75), { do: "preview", melody: "soft-knock", volume: 75 }]);
});

const hours = (change: object) => set("quiet_hours", { on: true, zone: "Europe/Kyiv", windows: preferences().quiet_hours.windows, email: "skip", ...change });

test("quiet hours are switched, their zone is found by typing, and mail is held", async () => {
  const desk = await stage();
  await section("Quiet hours");
  await page.getByRole("switch", { name: "Quiet hours" }).click();
  await page.getByRole("combobox").click();
  await userEvent.keyboard("london{Enter}");
  await page.getByLabelText("Hold it, and send one summary at the end").click();
  expect(desk.acts()).toEqual([hours({ on: false }), hours({ zone: "Europe/London" }), hours({ email: "hold" })]);
});

test("a zone is taken by whoever types faster than the zones come", async () => {
  const desk = await stage();
  await section("Quiet hours");
  let open = () => undefined as void;
  desk.gate = new Promise((opened) => (open = opened));
  await page.getByRole("combobox").click();
  await userEvent.keyboard("london{Enter}");
  await settle();
  expect(desk.acts()).toEqual([]);
  desk.gate = undefined;
  open();
  await settle();
  expect(desk.acts()).toEqual([hours({ zone: "Europe/London" })]);
});

test("/ searches the kinds from every page, and ? shows the keys of this window", async () => {
  const desk = await stage();
  await section("General");
  await userEvent.keyboard("/");
  await userEvent.keyboard("mention?");
  await settle();
  expect((document.activeElement as HTMLInputElement).value).toBe("mention?");
  await section("Health");
  await userEvent.keyboard("?");
  const keys = page.getByRole("dialog");
  await expect.element(keys).toHaveTextContent(/Keys.*Search.*Show the keys.*Close/);
  expect(keys.element().textContent).not.toContain("Snooze");
  await userEvent.keyboard("{Escape}");
  await settle();
  expect(document.querySelector("dialog")).toBeNull();
  expect(desk.calls.some(({ command }) => command === "close")).toBe(false);
  await userEvent.keyboard("{Escape}");
  expect(desk.calls.some(({ command }) => command === "close")).toBe(true);
});

test("a window of another size keeps what is being written", async () => {
  const desk = await stage();
  await section("Quiet hours");
  await page.getByRole("button", { name: /^Quiet on .*Tue/ }).click();
  await userEvent.keyboard("12:00{Tab}");
  await page.viewport(880, 600);
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const panel = page.getByRole("dialog").element().getBoundingClientRect();
  expect(panel.right <= innerWidth && panel.bottom <= innerHeight).toBe(true);
  await userEvent.keyboard("13{Enter}");
  await settle();
  expect(desk.acts().length).toBe(1);
});

test("a day is made quiet by keyboard alone", async () => {
  const view = preferences();
  view.quiet_hours.windows = [{ days: ["tue"], start: "12:00", end: "13:00" }];
  const desk = await stage(view);
  await section("Quiet hours");
  (page.getByRole("button", { name: /^Quiet on .*Tue/ }).element() as HTMLElement).focus();
  await userEvent.keyboard("{Enter}");
  await settle();
  await userEvent.keyboard("19:00{Tab}8{Enter}");
  await settle();
  expect(desk.acts()).toEqual([hours({ windows: [{ days: ["tue"], start: "12:00", end: "13:00" }, { days: ["tue"], start: "19:00", end: "08:00" }] })]);
  await userEvent.keyboard("{Escape}");
  await settle();
  expect(document.activeElement?.getAttribute("aria-label")).toContain("Tue");
});

test("a day is drawn quiet with the mouse, and quiet is drawn away", async () => {
  const view = preferences();
  view.quiet_hours.windows = [{ days: ["wed"], start: "00:00", end: "12:00" }];
  const desk = await stage(view);
  await section("Quiet hours");
  const drag = (day: number, from: number, to: number) => {
    const bar = document.querySelectorAll<HTMLElement>(".bar")[day]!;
    const { left, width, top } = bar.getBoundingClientRect();
    const point = (type: string, hour: number) =>
      bar.dispatchEvent(new PointerEvent(type, { clientX: left + (width * hour) / 24, clientY: top + 5, button: 0, pointerId: 1, bubbles: true }));
    bar.setPointerCapture = () => undefined;
    point("pointerdown", from);
    point("pointermove", to);
    point("pointerup", to);
  };
  drag(3, 18, 22);
  drag(2, 6, 15);
  await settle();
  expect(desk.acts()).toEqual([
    hours({ windows: [{ days: ["wed"], start: "00:00", end: "12:00" }, { days: ["thu"], start: "18:00", end: "22:00" }] }),
    hours({ windows: [{ days: ["wed"], start: "00:00", end: "06:00" }] }),
  ]);
});

test("what is still heard leads to the pins", async () => {
  await stage();
  await section("Quiet hours");
  await page.getByRole("button", { name: "Change" }).click();
  await settle();
  expect([...document.querySelectorAll('tbody th[scope="row"] > span')].map((name) => name.textContent)).toEqual(["Mention"]);
});

test("signing out is asked once more", async () => {
  const desk = await stage();
  await section("Accounts");
  await page.getByRole("button", { name: "Sign out…" }).click();
  expect(desk.acts()).toEqual([]);
  await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
  await pick("New chats", "busy");
  expect(desk.acts()).toEqual([{ do: "sign_out" }, { do: "available", as_what: "busy" }]);
});

test("start at login, language and theme are set at once", async () => {
  const desk = await stage();
  await section("General");
  await page.getByRole("switch", { name: "Start at login" }).click();
  await pick("Language", "uk");
  await pick("Theme", "dark");
  await pick("Theme", "");
  expect(desk.acts()).toEqual([
    { do: "autostart", on: false },
    { do: "language", language: "uk" },
    { do: "theme", theme: "dark" },
    { do: "theme", theme: null },
  ]);
});

test("each part of the desk says how it is, and is checked by its button", async () => {
  const view = preferences({ common: common({ parts: [{ part: "sound", is: { state: "fails", code: "no_device" } }, { part: "server", is: { state: "fails", code: "dns" } }] }) });
  const desk = await stage(view);
  await section("Health");
  expect([...document.querySelectorAll(".cure")].map((cure) => cure.textContent?.replace(/[\u2068\u2069]/g, ""))).toEqual([
    "There is no sound device. Connect or choose one in the settings of the system, then check again.",
    "The server’s name is not found.",
  ]);
  await page.getByRole("button", { name: "Check: " }).first().click();
  expect(desk.acts()).toEqual([{ do: "check", part: "sound" }]);
});

test("language and theme of the desk are worn by the page", async () => {
  const desk = await stage();
  await desk.show(preferences({ common: common({ language: "uk", theme: "dark" }) }));
  expect([document.documentElement.lang, document.documentElement.dataset.theme]).toEqual(["uk", "dark"]);
  await expect.element(page.getByRole("heading", { name: "Види сповіщень" })).toBeVisible();
});
