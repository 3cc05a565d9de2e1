// All cells at once: a screen of bars that is drawn over, or plain lines where there is no screen.

import type { Metrics } from '@twilljs/train/node';
import { duration } from '../draw/numbers.ts';
import { sparkline } from '../draw/sparkline.ts';
import type { Terminal } from '../terminal.ts';
import type { Cell } from './cells.ts';

export type Phase = 'waiting' | 'running' | 'done';

export interface Row {
  readonly cell: Cell;
  readonly phase: Phase;
  readonly metrics: Metrics;
  /** Seconds since it began in this call, and the step at which it began. */
  readonly seconds: number;
  readonly from: number;
}

const BAR = 12;
const CURVE = 16;
/** Plain lines come at every so many parts of a run. */
const PARTS = 4;

export class View {
  private readonly terminal: Terminal;
  private drawn = 0;
  /** Parts of each run that plain lines have told of. */
  private readonly told = new Map<string, number>();

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  update(rows: readonly Row[]): void {
    if (this.terminal.live) this.draw(rows);
    else for (const row of rows) this.tell(row);
  }

  private draw(rows: readonly Row[]): void {
    const lines = rows.map((row) => lineOf(row).slice(0, this.terminal.columns - 1));
    const up = this.drawn > 0 ? `\x1b[${this.drawn}A` : '';
    this.terminal.err(`${up}${lines.map((line) => `\r${line}\x1b[K\n`).join('')}`);
    this.drawn = lines.length;
  }

  private tell(row: Row): void {
    const { cell, phase, metrics } = row;
    const part = phase === 'waiting' ? -1 : phase === 'done' ? PARTS : Math.floor((PARTS * metrics.step) / cell.steps);
    const before = this.told.get(cell.name) ?? -1;
    if (part <= before || (part === PARTS && phase !== 'done')) return;
    this.told.set(cell.name, part);
    this.terminal.err(`${lineOf(row)}\n`);
  }
}

function lineOf({ cell, phase, metrics, seconds, from }: Row): string {
  const { step, losses } = metrics;
  const full = Math.round((BAR * step) / cell.steps);
  const bar = `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`;
  const name = `${cell.part.padEnd(8)}  ${cell.title.padEnd(22)}`;
  const count = `${String(step).padStart(3)}/${cell.steps}`;
  if (phase === 'waiting') return `${name}  ${bar}  ${count}  waiting`;
  const loss = losses.length > 0 ? `loss ${(losses.at(-1) as number).toFixed(3)}` : 'starting';
  const left = step > from ? `${duration(((cell.steps - step) * seconds) / (step - from))} left` : '';
  const state = phase === 'done' ? 'done' : left;
  // The curve comes last: where the screen is narrow, it is what is cut off.
  return `${name}  ${bar}  ${count}  ${loss}  ${state.padEnd(10)}  ${sparkline(losses, CURVE)}`.trimEnd();
}
