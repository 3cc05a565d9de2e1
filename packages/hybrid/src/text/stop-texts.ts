// Texts that end a continuation: found in what comes piece by piece, no part of them ever shown.

/** The same for any pieces of the same text. */
export class StopTexts {
  private readonly stops: readonly string[];
  /** What may be the beginning of one. */
  private held = '';

  /** @param stops none of them empty. */
  constructor(stops: readonly string[]) {
    this.stops = stops;
  }

  /** @returns what may be shown now, and whether a stop has come: the one that was complete first. What follows is dropped. */
  push(text: string): { readonly text: string; readonly stopped: boolean } {
    const all = this.held + text;
    const found = this.stops
      .map((stop) => ({ at: all.indexOf(stop), length: stop.length }))
      .filter(({ at }) => at !== -1)
      .sort((a, b) => a.at + a.length - (b.at + b.length) || a.at - b.at);
    const stopped = found.length > 0;
    const shown = stopped ? found[0].at : all.length - this.longestBeginning(all);
    this.held = stopped ? '' : all.slice(shown);
    return { text: all.slice(0, shown), stopped };
  }

  /** @returns what was held back, when nothing more comes. */
  end(): string {
    const { held } = this;
    this.held = '';
    return held;
  }

  /** Length of the longest end of a text that one of them begins with. */
  private longestBeginning(text: string): number {
    let longest = 0;
    for (const stop of this.stops) {
      for (let n = Math.min(stop.length - 1, text.length); n > longest; n--) {
        if (text.endsWith(stop.slice(0, n))) longest = n;
      }
    }
    return longest;
  }
}
