/** The desk's clock as this window sees it, which moves on between two views. */

const STEP_MS = 10_000;

class Clock {
  #now_ms = $state(Date.now());
  #ahead_ms = 0;

  constructor() {
    setInterval(() => this.#tick(), STEP_MS);
  }

  /** Takes the desk's moment. */
  set(now: string): void {
    this.#ahead_ms = Date.parse(now) - Date.now();
    this.#tick();
  }

  /** The present moment, in milliseconds; what reads it is drawn again as time passes. */
  get now_ms(): number {
    return this.#now_ms;
  }

  /** Returns the present moment to the millisecond, for who counts the `_seconds` by itself. */
  exact_ms(_seconds: number): number {
    return Date.now() + this.#ahead_ms;
  }

  #tick(): void {
    this.#now_ms = Date.now() + this.#ahead_ms;
  }
}

export const clock = new Clock();
