// A whole sweep at once: a screen that is drawn over, or a line for every cell that ends where there is no screen.
import type { CellState } from '@twilljs/sweep/node';
import { duration } from '../draw/numbers.ts';
import { sparkline } from '../draw/sparkline.ts';
import { printable, type Terminal } from '../terminal.ts';
import { unitOf } from '../train/summary.ts';

const BAR = 20;
const CURVE = 16;
const levels = '▁▂▃▄▅▆▇█';

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
    if (this.before === null) this.begin(states);
    if (this.terminal.live) this.draw(states);
    else this.tell(states);
  }

  /** What was finished before this call is said once, not cell by cell. */
  private begin(states: readonly CellState[]): void {
    this.before = workOf(states);
    const done = states.filter(({ phase }) => phase === 'done');
    for (const { cell } of done) this.told.add(cell.name);
    if (done.length > 0) this.terminal.err(`${done.length} of ${states.length} cells were finished before.\n`);
  }

  private draw(states: readonly CellState[]): void {
    const running = states.filter(({ phase }) => phase === 'running').map(lineOf);
    const lines = [...gridOf(states), '', ...running, this.summary(states)];
    const shown = lines.map((line) => [...line].slice(0, this.terminal.columns - 1).join(''));
    const up = this.drawn > 0 ? `\x1b[${this.drawn}A` : '';
    this.terminal.draw(`${up}${shown.map((line) => `\r${printable(line)}\x1b[K\n`).join('')}\x1b[J`);
    this.drawn = lines.length;
  }

  private tell(states: readonly CellState[]): void {
    for (const state of states) {
      const { cell, phase, failed } = state;
      if ((phase !== 'done' && phase !== 'failed') || this.told.has(cell.name)) continue;
      this.told.add(cell.name);
      const what = phase === 'done' ? `done${lossOf(state)}${skippedOf(state)}` : `failed: ${failed}`;
      this.terminal.err(`${cell.name}  ${what}  (${this.summary(states)})\n`);
    }
  }

  /** `12 of 58 cells, 31 % of the work, 5:12 left`. */
  private summary(states: readonly CellState[]): string {
    const count = (phase: CellState['phase']) => states.filter((state) => state.phase === phase).length;
    const all = states.reduce((sum, { cell }) => sum + cell.trainingFlops, 0);
    const done = workOf(states);
    const speed = (done - (this.before ?? 0)) / ((performance.now() - this.begun) / 1000);
    const failed = count('failed');
    return [
      `${count('done')} of ${states.length} cells`,
      ...(failed > 0 ? [`${failed} failed`] : []),
      `${Math.floor((100 * done) / all)} % of the work`,
      ...(speed > 0 && done < all ? [`${duration((all - done) / speed)} left`] : []),
    ].join(', ');
  }
}

const partOf = ({ cell, metrics, phase }: CellState): number =>
  phase === 'done' || phase === 'failed' ? 1 : metrics.step / cell.training.steps;

/** Arithmetic that is done; a failed cell asks for no more. */
function workOf(states: readonly CellState[]): number {
  return states.reduce((sum, state) => sum + state.cell.trainingFlops * partOf(state), 0);
}

function lossOf({ cell, metrics: { losses } }: CellState): string {
  const { perNat, name } = unitOf(cell.task === 'language');
  return losses.length > 0 ? `  loss ${((losses.at(-1) as number) * perNat).toFixed(3)} ${name}` : '';
}

const skippedOf = ({ metrics: { skipped } }: CellState): string =>
  skipped.length > 0 ? `  ${skipped.length} steps skipped` : '';

/** One row for each mixer of a grid, one sign for each cell, ratios apart. */
function gridOf(states: readonly CellState[]): string[] {
  const rows = new Map<string, string>();
  let last = '';
  for (const state of states) {
    const { name, mixer, ratio } = state.cell;
    const grid = name.slice(0, name.indexOf(`-${mixer}-`));
    const row = `${grid.padEnd(10)} ${mixer.padEnd(16)}`;
    const group = `${row} ${ratio}`;
    rows.set(row, (rows.get(row) ?? '') + (group === last ? '' : ' ') + signOf(state));
    last = group;
  }
  return [...rows].map(([row, signs]) => row + signs);
}

function signOf(state: CellState): string {
  if (state.phase === 'done') return '✓';
  if (state.phase === 'failed') return '✗';
  if (state.phase === 'waiting' && state.metrics.step === 0) return '·';
  return levels[Math.min(levels.length - 1, Math.floor(levels.length * partOf(state)))];
}

function lineOf(state: CellState): string {
  const { cell, metrics, seconds, from } = state;
  const { steps } = cell.training;
  const { step, losses } = metrics;
  const full = Math.min(BAR, Math.round((BAR * step) / steps));
  const bar = `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`;
  const left = step > from ? `${duration(((steps - step) * seconds) / (step - from))} left` : '';
  const curve = sparkline(losses, CURVE).padEnd(CURVE);
  const facts = `${lossOf(state) || '  starting'}${skippedOf(state)}`;
  return `${cell.name.padEnd(30)} ${bar} ${step}/${steps}${facts}  ${curve}  ${left}`.trimEnd();
}
