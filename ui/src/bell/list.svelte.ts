/** The list of the bell: the pages that were read so far, read afresh whenever the list is another. */

import type { Page } from "../bindings/Page";
import type { PageFilter } from "../bindings/PageFilter";
import type { RowView } from "../bindings/RowView";
import * as ipc from "../ipc";

const LOADING_AFTER_MS = 300;

export class List {
  /** What is asked for. */
  filter = $state.raw<PageFilter>({ tab: "unread", groups: [], search: "" });
  /** The pages read so far, newest first. */
  pages = $state.raw<Page[]>([]);
  /** Whether the first page has been read. */
  known = $state(false);
  /** Whether the first page takes so long that one should say so. */
  loading = $state(false);

  // The last page in sight: what lies behind it is read again when somebody scrolls there.
  #reach = 0;
  #turn = 0;
  #extending = false;

  /** Asks for something else. */
  async ask(change: Partial<PageFilter>): Promise<void> {
    this.filter = { ...this.filter, ...change };
    this.#reach = 0;
    this.known = false;
    const slow = setTimeout(() => (this.loading = !this.known), LOADING_AFTER_MS);
    try {
      await this.refresh();
    } finally {
      clearTimeout(slow);
      this.loading = false;
    }
  }

  /** Reads the pages in sight again and puts them in place of the old ones, all at once. */
  async refresh(swap: (put: () => void) => void = (put) => put()): Promise<void> {
    const turn = ++this.#turn;
    const pages: Page[] = [];
    let after: string | null = null;
    do {
      const page: Page = await ipc.page(this.filter, after);
      // Somebody asked again meanwhile: the later answer counts.
      if (turn !== this.#turn) return;
      pages.push(page);
      after = page.next;
    } while (after !== null && pages.length <= this.#reach);
    swap(() => {
      this.pages = pages;
      this.known = true;
    });
  }

  /** Says that page `index` is in sight, and reads the next one if it is the last. */
  async reach(index: number): Promise<void> {
    this.#reach = index;
    const last = this.pages.at(-1);
    if (this.#extending || index < this.pages.length - 1 || !last || last.next === null) return;
    this.#extending = true;
    const turn = this.#turn;
    try {
      const page = await ipc.page(this.filter, last.next);
      if (turn === this.#turn) this.pages = [...this.pages, page];
    } finally {
      this.#extending = false;
    }
  }

  /** Returns the row of that key. */
  find(key: string): RowView | undefined {
    for (const page of this.pages) {
      const row = page.rows.find((row) => row.key === key);
      if (row) return row;
    }
    return undefined;
  }

  /** Whether there is nothing to show. */
  get empty(): boolean {
    return this.known && this.pages.every((page) => page.rows.length === 0);
  }
}
