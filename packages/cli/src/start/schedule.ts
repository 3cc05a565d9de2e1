// Trains all cells, a few at a time, and keeps the view up to date from what they write.
import { setTimeout as wait } from 'node:timers/promises';
import { readMetrics } from '@twilljs/train/node';
import { runChild } from '../child.ts';
import { Interrupted } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import type { Cell } from './cells.ts';
import { type Phase, type Row, View } from './view.ts';

const REFRESH_MS = 250;

interface State {
  readonly cell: Cell;
  readonly directory: string;
  phase: Phase;
  begun: number;
  from: number;
}

/**
 * @param atOnce processes that run at the same time.
 * @param argsOf the arguments of `twill` for a cell.
 * @throws the first failure, after the other cells have put their work away.
 */
export async function trainAll(
  terminal: Terminal,
  atOnce: number,
  cells: readonly Cell[],
  directoryOf: (name: string) => string,
  argsOf: (cell: Cell) => string[],
): Promise<void> {
  const states = cells.map(
    (cell): State => ({ cell, directory: directoryOf(cell.name), phase: 'waiting', begun: 0, from: 0 }),
  );
  const waiting = [...states];
  const failed = new AbortController();
  const signal = AbortSignal.any([terminal.signal, failed.signal]);
  let failure: unknown = null;

  async function work(): Promise<void> {
    for (let state = waiting.shift(); state && !signal.aborted; state = waiting.shift()) {
      state.phase = 'running';
      state.begun = performance.now();
      state.from = readMetrics(state.directory).step;
      try {
        await runChild(terminal.entry, argsOf(state.cell), signal);
        state.phase = 'done';
      } catch (error) {
        failure ??= error;
        failed.abort();
      }
    }
  }

  const view = new View(terminal);
  const show = () => view.update(states.map(rowOf));
  const finished = new AbortController();
  const refreshing = refresh(show, finished.signal);
  await Promise.all(Array.from({ length: atOnce }, work));
  finished.abort();
  await refreshing;
  show();
  if (terminal.signal.aborted) throw new Interrupted('start: stopped, with checkpoints; the same command goes on.');
  if (failure) throw failure;
}

async function refresh(show: () => void, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    show();
    await wait(REFRESH_MS, undefined, { signal: until }).catch(() => {});
  }
}

function rowOf({ cell, directory, phase, begun, from }: State): Row {
  return { cell, phase, metrics: readMetrics(directory), seconds: (performance.now() - begun) / 1000, from };
}
