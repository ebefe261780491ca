import { expect, test } from "vitest";

import { at, daysBetween, format, momentInWords, readTime, writeTime } from "../src/shared/time";

test("times are read as people write them", () => {
  const table: [string, number | undefined][] = [
    ["9", 540],
    ["9:30", 570],
    ["0930", 570],
    ["9.30", 570],
    [" 19:00 ", 1140],
    ["24:00", 1440],
    ["24:01", undefined],
    ["12:60", undefined],
    ["", undefined],
    ["noon", undefined],
    ["-1", undefined],
  ];
  for (const [text, minutes] of table) expect(readTime(text), text).toBe(minutes);
});

test("minutes are written as a time", () => {
  expect([0, 65, 1440].map(writeTime)).toEqual(["00:00", "01:05", "24:00"]);
});

test("tomorrow at eight is at eight on the day the clocks change, too", () => {
  // Kyiv puts its clocks forward on 28 March 2027.
  const eve = Date.parse("2027-03-27T20:00:00Z");
  expect(new Date(at(eve, 1, 8, 0)).toISOString()).toBe("2027-03-28T05:00:00.000Z");
  expect(daysBetween(eve, at(eve, 1, 8, 0))).toBe(1);
});

test("a zone that this machine does not know is told by its own clock", () => {
  const how = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const now = Date.parse("2026-11-18T09:33:00Z");
  expect(format(now, { ...how, timeZone: "Mars/Olympus" })).toBe(format(now, how));
});

test("a moment is told with its day where it is another day", () => {
  const now = Date.parse("2026-11-18T09:33:00Z");
  const told = (wire: string) => momentInWords(Date.parse(wire), now, "Europe/Kyiv");
  expect(told("2026-11-18T06:00:00Z")).toBe("08:00");
  expect(told("2026-11-19T06:00:00Z")).toBe("Thu 08:00");
  expect(told("2026-11-16T06:00:00Z")).toBe("Mon 08:00");
  expect(told("2026-11-25T06:00:00Z")).toBe("25 Nov 08:00");
  expect(told("2026-11-17T22:00:00Z")).toBe("00:00");
  expect(told("2026-11-17T21:59:00Z")).toBe("Tue 23:59");
});
