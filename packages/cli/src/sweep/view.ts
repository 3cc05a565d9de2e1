// Says how far a sweep is: on a screen that is drawn over, or a line for every cell that ends where there is no screen.
import { endText, progressText, type SweepProgress, sweepScreen, workOf } from '@twilljs/report/node';
import type { CellState } from '@twilljs/sweep/node';
import { printable, type Terminal } from '../terminal.ts';

export class SweepView {
  private readonly terminal: Terminal;
  private readonly begun = performance.now();
  /** Work that was done before this call. */
  private before: number | null = null;
  private drawn = 0;
  private readonly told = new Set<string>();

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  update(states: readonly CellState[]): void {
    const before = this.before ?? this.begin(states);
    const progress = { before, seconds: (performance.now() - this.begun) / 1000 };
    if (this.terminal.live) this.draw(states, progress);
    else this.tell(states, progress);
  }

  /** What was finished before this call is said once, not cell by cell. */
  private begin(states: readonly CellState[]): number {
    const done = states.filter(({ phase }) => phase === 'done');
    for (const { cell } of done) this.told.add(cell.name);
    if (done.length > 0) this.terminal.err(`${done.length} of ${states.length} cells were finished before.\n`);
    this.before = workOf(states);
    return this.before;
  }

  private draw(states: readonly CellState[], progress: SweepProgress): void {
    const lines = sweepScreen(states, progress, this.terminal.columns - 1);
    const up = this.drawn > 0 ? `\x1b[${this.drawn}A` : '';
    this.terminal.draw(`${up}${lines.map((line) => `\r${printable(line)}\x1b[K\n`).join('')}\x1b[J`);
    this.drawn = lines.length;
  }

  private tell(states: readonly CellState[], progress: SweepProgress): void {
    for (const state of states) {
      const { cell, phase } = state;
      if ((phase !== 'done' && phase !== 'failed') || this.told.has(cell.name)) continue;
      this.told.add(cell.name);
      this.terminal.err(`${endText(state)}  (${progressText(states, progress)})\n`);
    }
  }
}
