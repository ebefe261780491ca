import { expect, test } from "vitest";

import { copyDay, DAY_MIN, draw, stretches, weekOf, windowsOf } from "../src/preferences/quiet/week";

const night = { days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], start: "19:00", end: "08:00" };

test("a night on every day is one window, and is drawn at both ends of each day", () => {
  const week = weekOf([night]);
  expect(windowsOf(week)).toEqual([night]);
  expect(stretches(week, 2)).toEqual([
    { from: 0, to: 8 * 60 },
    { from: 19 * 60, to: DAY_MIN },
  ]);
});

test("windows come back from the week that they make", () => {
  const table = [
    [],
    [{ days: ["sun"], start: "19:00", end: "08:00" }],
    [{ days: ["mon", "wed"], start: "12:00", end: "13:00" }],
    [{ days: ["sat", "sun"], start: "00:00", end: "24:00" }],
    [night, { days: ["wed"], start: "12:00", end: "12:15" }],
    [{ days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], start: "00:00", end: "24:00" }],
  ];
  for (const windows of table) {
    const week = weekOf(windows);
    expect(weekOf(windowsOf(week)), JSON.stringify(windows)).toEqual(week);
  }
});

test("a window whose start is its end holds nothing", () => {
  expect(weekOf([{ days: ["mon"], start: "08:00", end: "08:00" }]).includes(true)).toBe(false);
});

test("any week that is drawn by chance is told by windows that the desk can read", () => {
  let seed = 7;
  const chance = (most: number) => (seed = (seed * 48271) % 2147483647) % most;
  for (let run = 0; run < 60; run++) {
    let week = weekOf([]);
    for (let stroke = 0; stroke < 6; stroke++) {
      const from = chance(96) * 15;
      week = draw(week, chance(7), { from, to: (from + 15 + chance(95) * 15) % DAY_MIN }, chance(3) > 0);
    }
    const windows = windowsOf(week);
    expect(weekOf(windows)).toEqual(week);
    for (const { start, end } of windows) {
      expect(start < "24:00").toBe(true);
      expect(start).not.toBe(end);
    }
  }
});

test("drawing past midnight reaches into the next day, from Sunday into Monday", () => {
  const week = draw(weekOf([]), 6, { from: 22 * 60, to: 6 * 60 }, true);
  expect(stretches(week, 0)).toEqual([{ from: 0, to: 6 * 60 }]);
  expect(windowsOf(week)).toEqual([{ days: ["sun"], start: "22:00", end: "06:00" }]);
});

test("a day is copied to others as it is", () => {
  const week = copyDay(weekOf([{ days: ["mon"], start: "12:00", end: "13:00" }]), 0, [0, 1, 2, 3, 4]);
  expect(windowsOf(week)).toEqual([{ days: ["mon", "tue", "wed", "thu", "fri"], start: "12:00", end: "13:00" }]);
});
