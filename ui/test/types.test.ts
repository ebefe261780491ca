import { beforeEach, expect, test } from "vitest";
import { page, userEvent } from "vitest/browser";

import { ofLine, preferences } from "./fixture/preferences";
import { isolated, pick, section, set, stage, tick } from "./fixture/raised";
import { settle } from "./fixture/stage";
import { common } from "./fixture/views";

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
