import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [svelte()],
  server: { fs: { allow: [".."] } },
  build: {
    target: "safari16",
    // A page may load no `data:` script or font; small files stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: ["bell.html", "preferences.html"] },
  },
});
