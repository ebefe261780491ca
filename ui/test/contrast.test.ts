import { expect, test } from "vitest";

import tokens from "../src/styles/tokens.css?raw";

type Colors = Record<string, string>;

/** Returns the colors of the block that follows `start`. */
function block(start: string, from = tokens): Colors {
  const text = from.slice(from.indexOf(start));
  return Object.fromEntries([...text.slice(0, text.indexOf("}")).matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, color]) => [name, color]));
}

const more = tokens.slice(tokens.indexOf("prefers-contrast"));
const light = block(":root {");
const dark = { ...light, ...block(':root[data-theme="dark"] {') };
const themes: Record<string, Colors> = {
  light,
  dark,
  "light, more contrast": { ...light, ...block(":root {", more) },
  "dark, more contrast": { ...dark, ...block(':root[data-theme="dark"] {', more) },
};

const channel = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const parts = (color: string) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255);
const luminance = (rgb: number[]) => rgb.map(channel).reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at]!, 0);

/** Returns the contrast of two colors by WCAG 2. */
function contrast(one: number[], other: number[]): number {
  const [dim = 0, bright = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dim + 0.05);
}

const SURFACES = ["paper", "raised", "sunken"];
const GROUPS = ["messages", "assignment", "changes", "csat", "sla", "normatives", "calls", "appointments", "campaigns", "account", "reports", "mail"];

// What is written in which color upon which: 4.5 to 1 (WCAG 1.4.3).
const TEXT: [string, string[]][] = [
  ["ink", [...SURFACES, "accent-tint", "danger-tint", "quiet-tint"]],
  ["ink-2", SURFACES],
  ["accent", [...SURFACES, "accent-tint", "quiet-tint", "danger-tint"]],
  ["on-accent", ["accent"]],
  ["danger", SURFACES],
  ["quiet", [...SURFACES, "quiet-tint"]],
  ["paper", ["ink"]],
];
// What must be told apart to be used: 3 to 1 (WCAG 1.4.11).
const MARKS: [string, string[]][] = [
  ["edge", SURFACES],
  ["ok", SURFACES],
  ["paper", ["edge"]],
  ["quiet-bar", ["raised"]],
  ["danger", ["danger-tint"]],
];

for (const [theme, colors] of Object.entries(themes)) {
  test(`${theme}: what is written can be read`, () => {
    const bad = (pairs: [string, string[]][], least: number) =>
      pairs.flatMap(([front, backs]) => backs.map((back) => [front, back, contrast(parts(colors[front]!), parts(colors[back]!))] as const)).filter(([, , ratio]) => ratio < least);
    expect(bad(TEXT, 4.5)).toEqual([]);
    expect(bad(MARKS, 3)).toEqual([]);
  });

  test(`${theme}: the mark of each group is seen on its own tint`, () => {
    const tint = (hue: number[], paper: number[]) => hue.map((value, at) => value * 0.13 + paper[at]! * 0.87);
    const bad = GROUPS.flatMap((group) =>
      SURFACES.map((surface) => [group, surface, contrast(parts(colors[group]!), tint(parts(colors[group]!), parts(colors[surface]!)))] as const),
    ).filter(([, , ratio]) => ratio < 3);
    expect(bad).toEqual([]);
  });
}
