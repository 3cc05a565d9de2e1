// A whole sweep at once, as text: a screen, or a line for every cell that ends.
import type { CellState } from '@twilljs/sweep/node';
import { duration } from '../text/numbers.ts';
import { levels, sparkline } from '../text/sparkline.ts';

const BAR = 20;
const CURVE = 16;

/** What has been done in this call. */
export interface SweepProgress {
  /** Arithmetic that was done before it, of `workOf`. */
  readonly before: number;
  /** Since it began. */
  readonly seconds: number;
}

/** The lines of a screen so many columns wide: a sign for each cell, a line for each that is running, and how far all are. */
export function sweepScreen(states: readonly CellState[], progress: SweepProgress, columns: number): string[] {
  const running = states.filter(({ phase }) => phase === 'running').map(lineOf);
  const lines = [...gridOf(states), '', ...running, progressText(states, progress)];
  return lines.map((line) => [...line].slice(0, columns).join(''));
}

/** What became of a cell that has ended. */
export function endText(state: CellState): string {
  const { cell, phase, failed } = state;
  return `${cell.name}  ${phase === 'done' ? `done${lossOf(state)}${skippedOf(state)}` : `failed: ${failed}`}`;
}

/** `12 of 58 cells, 31 % of the work, 5:12 left`. */
export function progressText(states: readonly CellState[], { before, seconds }: SweepProgress): string {
  const count = (phase: CellState['phase']) => states.filter((state) => state.phase === phase).length;
  const all = states.reduce((sum, { cell }) => sum + cell.trainingFlops, 0);
  const done = workOf(states);
  const speed = (done - before) / seconds;
  const failed = count('failed');
  return [
    `${count('done')} of ${states.length} cells`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    `${Math.floor((100 * done) / all)} % of the work`,
    ...(speed > 0 && done < all ? [`${duration((all - done) / speed)} left`] : []),
  ].join(', ');
}

/** Arithmetic that is done; a failed cell asks for no more. */
export function workOf(states: readonly CellState[]): number {
  return states.reduce((sum, state) => sum + state.cell.trainingFlops * partOf(state), 0);
}

const partOf = ({ cell, metrics, phase }: CellState): number =>
  phase === 'done' || phase === 'failed' ? 1 : metrics.step / cell.training.steps;

function lossOf({ cell, metrics: { losses } }: CellState): string {
  const { perNat, name } = cell.lossUnit;
  return losses.length > 0 ? `  loss ${((losses.at(-1) as number) * perNat).toFixed(3)} ${name}` : '';
}

const skippedOf = ({ metrics: { skipped } }: CellState): string =>
  skipped.length > 0 ? `  ${skipped.length} steps skipped` : '';

/** One row for each mixer of a grid, one sign for each cell, models apart. */
function gridOf(states: readonly CellState[]): string[] {
  const rows = new Map<string, string>();
  let last = '';
  for (const state of states) {
    const { grid, mixer, stem } = state.cell;
    const row = `${grid.padEnd(10)} ${mixer.padEnd(16)}`;
    rows.set(row, (rows.get(row) ?? '') + (stem === last ? '' : ' ') + signOf(state));
    last = stem;
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
