/** What the pages are built of: nothing that runs by itself, and nothing that somebody could exchange. */

import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

interface Package {
  integrity?: string;
  resolved?: string;
  hasInstallScript?: boolean;
}

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: Record<string, Package> };
const named = (wanted: (one: Package) => boolean) => Object.keys(packages).filter((name) => name !== "" && wanted(packages[name]!));

test("each package is what it was when it was chosen", () => {
  expect(named(({ integrity }) => !integrity)).toEqual([]);
});

test("each package comes from the registry", () => {
  // Those of the registry name no address; whatever has one comes from elsewhere.
  expect(named(({ resolved }) => resolved !== undefined)).toEqual([]);
});

test("no package runs anything when it is installed", () => {
  expect(named(({ hasInstallScript }) => hasInstallScript === true)).toEqual([]);
  expect(readFileSync(".npmrc", "utf8")).toContain("ignore-scripts=true");
});
