/** The pages as they are shipped: under the policy of the app, in a world whose prototypes are frozen. */

import { createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";

import { chromium, type Browser } from "playwright";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";

import { installDesk } from "./fixture/desk";
import { hostile } from "./fixture/hostile";
import { drawn, scenes, type Scene } from "./fixture/scenes";

const config = JSON.parse(readFileSync("../tauri.conf.json", "utf8"));
const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
// A folder in which pictures of the scenes are left, and a part of the names of the scenes that are wanted.
const { PICTURES: pictures, SCENE: only } = process.env;

let server: Server;
let browser: Browser;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "campanile-pages-"));
  await build({ logLevel: "error", build: { outDir: folder, emptyOutDir: true } });
  server = createServer((request, response) => {
    if (request.url === "/favicon.ico") return void response.writeHead(204).end();
    const file = join(folder, new URL(request.url ?? "/", "http://page").pathname);
    if (!existsSync(file)) return void response.writeHead(404).end();
    response.setHeader("content-type", types[extname(file)] ?? "application/octet-stream");
    response.setHeader("content-security-policy", config.app.security.csp);
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
  browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ["--no-sandbox", "--disable-gpu"] });
  if (pictures) mkdirSync(pictures, { recursive: true });
});

afterAll(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Plays a scene, and returns everything that the page complained of. */
async function play(scene: Scene): Promise<string[]> {
  const wide = scene.page === "preferences";
  const { port } = server.address() as AddressInfo;
  const context = await browser.newContext({
    viewport: { width: scene.width ?? (wide ? 900 : 400), height: scene.height ?? (wide ? 640 : 600) },
    timezoneId: "Europe/Kyiv",
    locale: "en-GB",
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => complaints.push(`a dialog: ${dialog.message()}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(`http://127.0.0.1:${port}/`)) complaints.push(`asked for ${request.url()}`);
  });
  const script = { view: scene.view, rows: scene.rows, why: scene.why, zones: scene.zones };
  await page.addInitScript(`(${installDesk.toString()})(${JSON.stringify(script)}); Object.freeze(Object.prototype);`);
  await page.goto(`http://127.0.0.1:${port}/${scene.page}.html`);
  await page.waitForFunction(() => (globalThis as any).desk.calls.some((call: any) => call.command === "ready"));
  await scene.deed?.(page);
  await drawn(page);
  if (await page.evaluate(() => "pwned" in globalThis)) complaints.push("a script of somebody else's ran");
  if (pictures) await page.screenshot({ path: join(pictures, `${scene.name}.png`) });
  await context.close();
  return complaints;
}

test.for(scenes.filter(({ name }) => !only || name.includes(only)))("$name is drawn without a complaint", async (scene) => {
  expect(await play(scene)).toEqual([]);
});

// Language and colors make no difference to it.
const once = scenes.filter(({ name }) => !/dark|-uk|contrast|forced|double|thousand/.test(name));
test.for(once)("$name shows as text whatever somebody wrote", async (scene) => {
  expect(await play({ ...hostile(scene), name: `${scene.name}-hostile` })).toEqual([]);
});
