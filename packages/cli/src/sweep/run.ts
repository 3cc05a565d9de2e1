// A sweep on this machine, with its view: what `twill sweep` and `twill start` have in common.
import { join } from 'node:path';
import { corpusText } from '@twilljs/report';
import type { SweepCell, SweepResults, SweepSpec } from '@twilljs/sweep';
import {
  inProcesses,
  readSweepText,
  recordedFiles,
  type SweepOutcome,
  type SweepRecord,
  type SweepText,
  sweep,
} from '@twilljs/sweep/node';
import { mobyDick, worker } from 'twilljs/node';
import type { DeviceName } from '../command.ts';
import { Interrupted } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import { SweepView } from './view.ts';

export interface SweepRun {
  readonly terminal: Terminal;
  readonly spec: SweepSpec;
  readonly cells: readonly SweepCell[];
  readonly out: string;
  readonly jobs: number;
  readonly device: DeviceName;
  /** What cells read that learn from text; null where there are none. */
  readonly text: SweepText | null;
}

/**
 * The text for the cells that read one.
 *
 * @param files of `--data`; where there are none, the text is that of the record, or Moby-Dick.
 * @param record of the sweep that goes on or is repeated: its text is split as before.
 */
export async function textFor(
  cells: readonly SweepCell[],
  files: readonly string[] | undefined,
  record: SweepRecord | null,
): Promise<SweepText | null> {
  const named = files ?? (record && recordedFiles(record));
  return readSweepText(cells, named ? { files: named } : mobyDick, record);
}

/** @throws Interrupted after Ctrl-C, with all work put away. */
export async function runSweep(run: SweepRun): Promise<SweepOutcome> {
  const { terminal, spec, cells, out, jobs, device, text } = run;
  if (text) terminal.err(`${corpusText(text.corpus)}\n`);
  const view = new SweepView(terminal);
  const outcome = await sweep({
    ...{ directory: out, spec, cells, text, jobs, device },
    command: ['twill', 'sweep', join(out, 'sweep.json'), '--out', out],
    run: inProcesses(worker),
    signal: terminal.signal,
    observe: (states) => view.update(states),
  });
  if (outcome.status === 'interrupted') {
    throw new Interrupted(`${spec.name}: stopped, with checkpoints; the same command goes on.`);
  }
  return outcome;
}

/** Cells with steps that were skipped. */
export function skippedOf(
  results: SweepResults | null,
  cells: readonly SweepCell[],
): { name: string; count: number; steps: number }[] {
  return cells.flatMap(({ name, training: { steps } }, i) => {
    const count = results?.cells[i].skipped ?? 0;
    return count > 0 ? [{ name, count, steps }] : [];
  });
}
