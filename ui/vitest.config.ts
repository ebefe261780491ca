import { existsSync } from "node:fs";

import { svelte } from "@sveltejs/vite-plugin-svelte";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
const launchOptions = { ...(chromium && { executablePath: chromium }), args: ["--no-sandbox", "--disable-gpu"] };

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [svelte()],
        server: { fs: { allow: [".."] } },
        // Everything is prepared before the first test: a page that is reloaded in the midst of one fails it.
        // What was prepared for an earlier tree is not trusted: it may lack an icon that this one draws.
        optimizeDeps: { entries: ["src/*.ts", "test/*.test.ts"], include: ["axe-core"], force: true },
        test: {
          name: "pages",
          include: ["test/*.test.ts"],
          exclude: ["test/built.test.ts", "test/lock.test.ts"],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions, contextOptions: { timezoneId: "Europe/Kyiv", locale: "en-GB" } }),
            instances: [{ browser: "chromium", viewport: { width: 400, height: 600 } }],
          },
        },
      },
      { test: { name: "built", include: ["test/built.test.ts", "test/lock.test.ts"], environment: "node", testTimeout: 120_000, hookTimeout: 120_000 } },
    ],
  },
});
