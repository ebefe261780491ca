/** The theme in force: the one that was chosen, else the system's, as `data-theme` on the page. */

const dark = matchMedia("(prefers-color-scheme: dark)");
let chosen: string | null = null;

/** Draws in this theme from here on; `null` follows the system. */
export function wear(theme: string | null): void {
  chosen = theme;
  document.documentElement.dataset.theme = chosen ?? (dark.matches ? "dark" : "light");
}

dark.addEventListener("change", () => wear(chosen));
wear(null);
