/** The words of the windows, in the language of the desk: the same Fluent files that the desk itself reads. */

import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";

export type Language = "en" | "uk";
export type Arguments = Record<string, FluentVariable>;

const files = import.meta.glob<string>("../../crates/client/locales/{en,uk}/*.ftl", {
  query: "?raw",
  import: "default",
  eager: true,
});

const state = $state({ language: "en" as Language });
let transform = (text: string) => text;
let bundles = read();

/** Speaks this language from here on; one that is not written down is spoken as English. */
export function speak(language: string): void {
  state.language = language === "uk" ? "uk" : "en";
}

/** Returns the language that is spoken. */
export const language = (): Language => state.language;

/** Changes every sentence on its way out, for the test that looks for sentences which do not come from here. */
export function disguise(how: (text: string) => string): void {
  transform = how;
  bundles = read();
}

/** Returns a message in words; its id where nobody wrote it, so that a gap is seen. */
export function t(id: string, values?: Arguments): string {
  return find(id, values) ?? id;
}

/** Returns a message in words, or nothing where nobody wrote it. */
export function find(id: string, values?: Arguments): string | undefined {
  const bundle = bundles[state.language];
  const message = bundle.getMessage(id);
  return message?.value ? bundle.formatPattern(message.value, values) : undefined;
}

function read(): Record<Language, FluentBundle> {
  return { en: bundle("en"), uk: bundle("uk") };
}

function bundle(spoken: Language): FluentBundle {
  const made = new FluentBundle(spoken, { transform });
  for (const [path, text] of Object.entries(files)) {
    if (path.includes(`/${spoken}/`)) made.addResource(new FluentResource(text));
  }
  return made;
}
