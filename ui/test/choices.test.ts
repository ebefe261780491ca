import { expect, test } from "vitest";

import { backToDefaults, copyTo, lockOf, quietenTheRest, sentGroups, several, tickSeveral } from "../src/preferences/types/choices";
import { kind, ofLine, preferences } from "./fixture/preferences";

const TOAST = 1;
const SOUND = 2;
const find = (view: ReturnType<typeof preferences>, id: string) => view.groups.flatMap(({ kinds }) => kinds).find((kind) => kind.id === id)!;

test("a tick over several turns on what is off, and off only when all are on", () => {
  const view = preferences();
  const kinds = ["reply_received:b", "ticket_created:bt"].map((spec) => kind(spec, "messages"));
  expect(several(view, kinds, TOAST)).toEqual({ on: false, mixed: true, open: true });
  expect(tickSeveral(view, kinds, TOAST)).toEqual([{ scope: "*", kind: "reply_received", facet: "channel.toast", value: true }]);
  expect(tickSeveral(view, kinds.slice(1), TOAST)).toEqual([{ scope: "*", kind: "ticket_created", facet: "channel.toast", value: false }]);
});

test("what is locked is left alone", () => {
  const view = preferences();
  expect(lockOf(view, find(view, "sla_expired"), 0)).toBe("required");
  expect(lockOf(view, find(view, "sla_expired"), 6)).toBe("unavailable");
  expect(lockOf(view, find(view, "csat_received"), TOAST)).toBe("view_only");
  expect(tickSeveral(view, [find(view, "csat_received")], TOAST)).toEqual([]);
});

test("a sound is ticked only while its channel is on, or required", () => {
  const view = preferences();
  const mention = find(view, "operator_mentioned");
  expect(lockOf(view, mention, SOUND)).toBe(null);
  view.channels[SOUND] = { ...view.channels[SOUND]!, on: false };
  expect(lockOf(view, mention, SOUND)).toBe("channel-off");
  view.channels[SOUND] = { ...view.channels[SOUND]!, lock: "required" };
  expect(lockOf(view, mention, SOUND)).toBe(null);
});

test("back to defaults takes back what was chosen here, and the pin", () => {
  const view = ofLine();
  expect(backToDefaults(view, [find(view, "conversation_message"), find(view, "reply_received")])).toEqual([
    { scope: "line:aloware/7", kind: "conversation_message", facet: "channel.toast", value: null },
    { scope: "line:aloware/7", kind: "conversation_message", facet: "channel.push", value: null },
    { scope: "line:aloware/7", kind: "conversation_message", facet: "melody", value: null },
    { scope: "line:aloware/7", kind: "conversation_message", facet: "volume", value: null },
    { scope: "line:aloware/7", kind: "conversation_message", facet: "always_alert", value: null },
    { scope: "line:aloware/7", kind: "reply_received", facet: "always_alert", value: null },
  ]);
});

test("copying takes the choices of this scope to another", () => {
  expect(copyTo(ofLine(), "team:chat/oak")).toEqual([
    { scope: "team:chat/oak", kind: "conversation_message", facet: "channel.toast", value: false },
    { scope: "team:chat/oak", kind: "conversation_message", facet: "channel.push", value: true },
    { scope: "team:chat/oak", kind: "conversation_message", facet: "melody", value: "soft-knock" },
    { scope: "team:chat/oak", kind: "conversation_message", facet: "volume", value: 40 },
  ]);
});

test("quietening leaves toasts to assignments, mentions and SLA", () => {
  const view = preferences();
  const off = quietenTheRest(view);
  expect(new Set(off.map(({ facet, value }) => `${facet} ${value}`))).toEqual(new Set(["channel.toast false"]));
  const kinds = off.map(({ kind }) => kind);
  expect(kinds).toContain("ticket_created");
  for (const kept of ["operator_mentioned", "sla_expired", "conversation_assigned", "csat_received", "ticket_closed"]) expect(kinds).not.toContain(kept);
});

test("a group of which nothing is sent is not shown", () => {
  expect(sentGroups(preferences().groups).map(({ id }) => id)).not.toContain("reports");
});
