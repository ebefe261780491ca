import { beforeEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";

import Preferences from "../src/preferences/Preferences.svelte";
import { ofLine, preferences } from "./fixture/preferences";
import { raise, settle } from "./fixture/stage";
import { common } from "./fixture/views";

const zones = ["America/New_York", "Europe/Kyiv", "Europe/London"];
const stage = (view = preferences()) => raise(Preferences, { view, zones });
const section = async (name: string) => {
  await page.getByRole("navigation").getByRole("button", { name }).click();
  await settle();
};
// What is put into a sentence stands between marks that keep its direction its own.
const isolated = (text: string) => `\u2068${text}\u2069`;
const tick = (name: string) => {
  const [, kind = "", channel = "", note = ""] = /^(.*): (\w+)(.*)$/.exec(name) ?? [];
  return page.getByRole("checkbox", { name: `${isolated(kind)}: ${isolated(channel)}${note}` });
};
const set = (facet: string, value: unknown) => ({ do: "prefer", cells: [{ scope: "*", kind: "*", facet, value }] });
const pick = async (name: string, option: string) => {
  await userEvent.selectOptions(page.getByRole("combobox", { name, exact: true }).element() as HTMLSelectElement, option);
  await settle();
};

beforeEach(() => page.viewport(900, 640));

test("a tick makes one choice, and is drawn as the desk answers", async () => {
  const desk = await stage();
  await tick("Reply: Toast").click();
  expect(desk.acts()).toEqual([{ do: "prefer", cells: [{ scope: "*", kind: "reply_received", facet: "channel.toast", value: false }] }]);
  await expect.element(tick("Reply: Toast")).toBeChecked();
});

test("a locked tick says why and does nothing", async () => {
  const desk = await stage();
  await tick("SLA breached: Bell (Required by your administrator)").click({ force: true });
  await tick("Negative CSAT: Toast (View only").click({ force: true });
  expect(desk.acts()).toEqual([]);
});

test("a tick over a group is mixed, and turns on the rest of the group", async () => {
  const desk = await stage();
  const sla = tick("SLA: Sound");
  await expect.element(sla).toBePartiallyChecked();
  await sla.click();
  expect(desk.acts()).toEqual([
    {
      do: "prefer",
      cells: ["sla_warning", "sla_time_in_status_exceeded"].map((kind) => ({ scope: "*", kind, facet: "channel.sound", value: true })),
    },
  ]);
});

test("what the search hides is not meant by the tick over all", async () => {
  const desk = await stage();
  await page.getByRole("searchbox").fill("reply");
  await settle();
  await tick("All kinds shown: Sound").click();
  expect(desk.acts()).toEqual([{ do: "prefer", cells: [{ scope: "*", kind: "reply_received", facet: "channel.sound", value: true }] }]);
});

test("a melody is chosen and heard", async () => {
  const desk = await stage();
  await page.getByRole("button", { name: `Play: ${isolated("Two bells")}` }).click();
  await userEvent.selectOptions(document.querySelector<HTMLSelectElement>("td.melody select")!, "fanfare");
  expect(desk.acts()).toEqual([
    { do: "preview", melody: "two-bells", volume: null },
    { do: "prefer", cells: [{ scope: "*", kind: "operator_mentioned", facet: "melody", value: "fanfare" }] },
    { do: "preview", melody: "fanfare", volume: null },
  ]);
});

const ownFile = async () => {
  await userEvent.selectOptions(document.querySelector<HTMLSelectElement>("td.melody select")!, "Own file…");
  await settle();
};
const give = async (file: File) => {
  const input = document.querySelector<HTMLInputElement>("input[type=file]")!;
  const files = new DataTransfer();
  files.items.add(file);
  input.files = files.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  await settle();
};
const sound = (bytes: number[], name = "door bell.wav") => new File([new Uint8Array(bytes)], name);

test("a file of one's own is chosen in the picker, given to the desk, and heard", async () => {
  const desk = await stage();
  await ownFile();
  // The list itself stays at what is in force, and the button that may open the system's window has the focus.
  expect(document.querySelector<HTMLSelectElement>("td.melody select")!.value).toBe("two-bells");
  expect(document.activeElement?.textContent?.trim()).toBe("Own file…");
  await give(sound([79, 103, 103]));
  const given = desk.calls.find(({ command }) => command === "adopt")!;
  expect([...new Uint8Array(given.args)]).toEqual([79, 103, 103]);
  expect(given.options).toEqual({ headers: { file: "name=door+bell.wav" } });
  expect(desk.acts()).toEqual([
    { do: "prefer", cells: [{ scope: "*", kind: "operator_mentioned", facet: "melody", value: "own:new.ogg" }] },
    { do: "preview", melody: "own:new.ogg", volume: null },
  ]);
  expect(document.querySelector("[role=dialog]")).toBeNull();
});

test("a file that is no melody is refused with words, and nothing is chosen", async () => {
  const desk = await stage();
  await ownFile();
  const told = () => document.querySelector("[role=alert]")?.textContent;
  desk.adopted = { refused: "too_long" };
  await give(sound([1]));
  expect(told()).toBe("The sound is too long. Choose one of at most 10 seconds.");
  desk.adopted = { refused: "from the future" };
  await give(sound([1]));
  expect(told()).toContain("The file cannot be kept.");
  const calls = desk.calls.length;
  const large = sound([]);
  Object.defineProperty(large, "size", { value: 20 * 1024 * 1024 + 1 });
  await give(large);
  expect(told()).toBe("The file is too large. Choose one of at most 20 MB.");
  expect(desk.calls.length).toBe(calls);
  expect(desk.acts()).toEqual([]);
});

test("own melodies are told apart from those of another computer, and can be removed", async () => {
  const view = preferences();
  const [mention, other] = view.groups[0]!.kinds;
  mention!.melody = "own:4f1c.wav";
  other!.melody = "own:9a2b.ogg";
  const desk = await stage(view);
  const pickers = [...document.querySelectorAll<HTMLSelectElement>("td.melody select")];
  expect(pickers.slice(0, 2).map((picker) => picker.selectedOptions[0]?.textContent)).toEqual(["door.wav", "File of another computer"]);
  await page.getByRole("button", { name: /^More:/ }).first().click();
  await page.getByRole("button", { name: `Remove “${isolated("door.wav")}” from this computer` }).click();
  expect(desk.acts()).toEqual([{ do: "remove_melody", melody: "own:4f1c.wav" }]);
});

const at = (kind: string, turn = 1, change = {}) => preferences({ ...change, at_kind: { kind, turn } });
const focused = () => document.activeElement?.getAttribute("data-kind");

test("the row that was asked for is seen and has the focus, whatever hid it", async () => {
  const desk = await stage(at("appointment_1_minute"));
  expect(focused()).toBe("appointment_1_minute");
  const { top, bottom } = document.activeElement!.getBoundingClientRect();
  expect(top >= 0 && bottom <= innerHeight).toBe(true);
  await page.getByRole("searchbox").fill("reply");
  await section("Health");
  await desk.show(at("call_missed", 2));
  expect(focused()).toBe("call_missed");
  expect((page.getByRole("searchbox").element() as HTMLInputElement).value).toBe("");
  // A row that nobody sends is in the list below.
  await desk.show(at("end_of_day_summary", 3));
  expect(focused()).toBe("end_of_day_summary");
  expect(document.querySelector("details")?.open).toBe(true);
});

test("a row is gone to once for each time that it was asked for", async () => {
  const desk = await stage(at("call_missed"));
  await page.getByRole("searchbox").click();
  await desk.show(at("call_missed", 1, { volume: 40 }));
  expect(focused()).toBeNull();
  await desk.show(at("call_missed", 2));
  expect(focused()).toBe("call_missed");
  await section("Health");
  await section("Notification types");
  expect(focused()).toBeNull();
});

test("a row that was asked for from within a line is seen in everything", async () => {
  const desk = await stage(ofLine());
  await pick("For", "line:aloware/7");
  await desk.show({ ...ofLine(), at_kind: { kind: "call_missed", turn: 1 } });
  expect(desk.calls.at(-1)).toEqual({ command: "look", args: { scope: "*" } });
  expect(focused()).toBe("call_missed");
});

test("what was chosen for many kinds is undone by one button", async () => {
  const desk = await stage(preferences({ common: common({ undo: "preferred:12" }) }));
  await expect.element(page.getByText(`${isolated("12")} choices changed`)).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  expect(desk.acts()).toEqual([{ do: "undo" }]);
});

test("a kind is pinned, gets a volume of its own, and goes back to its defaults", async () => {
  const desk = await stage();
  const last = (name: RegExp) => page.getByRole("button", { name }).nth(2);
  await last(/^Always alert:/).click();
  await last(/^More:/).click();
  await page.getByLabelText("Own volume").click();
  await page.getByRole("dialog").getByRole("button", { name: "Back to defaults" }).click();
  const at = { scope: "*", kind: "message_received" };
  expect(desk.acts()).toEqual([
    { do: "prefer", cells: [{ ...at, facet: "always_alert", value: true }] },
    { do: "prefer", cells: [{ ...at, facet: "volume", value: 70 }] },
    { do: "prefer", cells: [{ ...at, facet: "always_alert", value: null }] },
  ]);
});

test("a mute of a kind is ended from its row", async () => {
  const desk = await stage();
  await page.getByRole("searchbox").fill("chat reassigned");
  await page.getByRole("button", { name: `More: ${isolated("Chat reassigned")}` }).click();
  await page.getByRole("button", { name: "End the mute" }).click();
  expect(desk.acts()).toEqual([{ do: "prefer", cells: [{ scope: "*", kind: "chat_reassign", facet: "mute", value: null }] }]);
});

test("a line that one may follow has a switch for it, everything else has none", async () => {
  const desk = await stage(ofLine());
  const follow = page.getByRole("switch", { name: "Tell me what comes on" });
  await expect.element(follow).toBeChecked();
  await follow.click();
  expect(desk.acts()).toEqual([{ do: "prefer", cells: [{ scope: "line:aloware/7", kind: "*", facet: "follow", value: false }] }]);
  await desk.show({ ...ofLine(), follow: false });
  await expect.element(follow).not.toBeChecked();
  await desk.show({ ...ofLine(), follow: null });
  await expect.element(follow).not.toBeInTheDocument();
});

test("the other computers wait once that is chosen", async () => {
  const desk = await stage();
  await section("Channels");
  const wait = page.getByRole("switch", { name: "the others wait 10 seconds" });
  await expect.element(wait).not.toBeChecked();
  await wait.click();
  expect(desk.acts()).toEqual([set("others_wait", true)]);
});

test("another scope is looked at, and shows what it takes over", async () => {
  const desk = await stage();
  desk.view = ofLine();
  await pick("For", "line:aloware/7");
  expect(desk.calls.at(-1)).toEqual({ command: "look", args: { scope: "line:aloware/7" } });
  await expect.element(tick("Reply: Toast (taken over)")).toBeChecked();
  await tick("Reply: Toast (taken over)").click();
  expect(desk.acts()).toEqual([{ do: "prefer", cells: [{ scope: "line:aloware/7", kind: "reply_received", facet: "channel.toast", value: false }] }]);
});

test("kinds that nobody sends are listed apart", async () => {
  await stage();
  await page.getByText("Not available yet").click();
  await expect.element(page.getByRole("listitem").filter({ hasText: "End-of-day summary" })).toBeVisible();
  expect(document.querySelector("table")?.textContent).not.toContain("End-of-day summary");
});

test("the simple screen has the switches and no matrix", async () => {
  const desk = await stage(preferences({ full: false }));
  expect(document.querySelector("table")).toBeNull();
  await page.getByRole("switch", { name: "Sound" }).click();
  expect(desk.acts()).toEqual([set("channel.sound", false)]);
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
