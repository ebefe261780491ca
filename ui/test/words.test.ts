import { FluentResource } from "@fluent/bundle";
import { expect, test } from "vitest";

const files = import.meta.glob<string>("../../crates/client/locales/{en,uk}/*.ftl", { query: "?raw", import: "default", eager: true });
const sources = import.meta.glob<string>("../src/**/*.{svelte,ts}", { query: "?raw", import: "default", eager: true });
const source = Object.values(sources).join("\n");

/** Returns each message of a language with the arguments that it takes. */
function messages(language: string, only: RegExp = /./): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [path, text] of Object.entries(files)) {
    if (!path.includes(`/${language}/`) || !only.test(path)) continue;
    for (const message of new FluentResource(text).body) {
      const names = [...JSON.stringify(message).matchAll(/"type":"var","name":"(\w+)"/g)].map(([, name]) => name ?? "");
      found.set(message.id, [...new Set(names)].sort());
    }
  }
  return found;
}

test("both languages have the same messages with the same arguments", () => {
  expect([...messages("en")].sort()).toEqual([...messages("uk")].sort());
  expect(messages("en").size).toBeGreaterThan(300);
});

test("no line of a language file is lost to a mistake in writing", () => {
  for (const [path, text] of Object.entries(files)) {
    const written = [...text.matchAll(/^([a-zA-Z][\w-]*) =/gm)].map(([, id]) => id);
    expect(new FluentResource(text).body.map(({ id }) => id), path).toEqual(written);
  }
});

test("every message that a page asks for is written", () => {
  const known = messages("en");
  const asked = [...source.matchAll(/\b(?:t|find)\(\s*"([\w-]+)"/g)].map(([, id]) => id ?? "");
  expect(asked.filter((id) => !known.has(id))).toEqual([]);
  expect(asked.length).toBeGreaterThan(100);
});

test("every message of the windows is asked for by a page", () => {
  const patterns = [...source.matchAll(/\b(?:t|find)\(`([^`]*)`/g)].map(([, text = ""]) => new RegExp(`^${text.replace(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, "[\\w-]+")}$`));
  const strange = [...messages("en", /bell|preferences/).keys()].filter(
    (id) => !source.includes(`"${id}"`) && !source.includes(`'${id}'`) && !patterns.some((pattern) => pattern.test(id)),
  );
  expect(strange).toEqual([]);
});
