// A sweep on this machine, with its view: what `twill sweep` and `twill start` have in common.

import { resolve } from 'node:path';
import { type Corpus, readCorpus, splitRecord } from '@twilljs/data/node';
import { corpusText } from '@twilljs/report';
import type { SweepCell, SweepResults, SweepSpec } from '@twilljs/sweep';
import { type SweepOrigin, type SweepOutcome, type SweepRecord, sweep } from '@twilljs/sweep/node';
import type { DeviceName } from '../command.ts';
import { type CorpusChoice, chooseCorpus } from '../corpus.ts';
import { Interrupted } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import { openSource } from '../train/source.ts';
import { runCell } from './cell.ts';
import { SweepView } from './view.ts';

export interface SweepRun {
  readonly terminal: Terminal;
  readonly spec: SweepSpec;
  readonly cells: readonly SweepCell[];
  readonly out: string;
  readonly jobs: number;
  readonly device: DeviceName;
  /** What the language cells read; null where there are none. */
  readonly corpus: CorpusChoice | null;
}

/**
 * The text for the language cells.
 *
 * @param patterns of `--data`; where there are none, the text is that of the record.
 * @param record of the sweep that goes on or is repeated: its text is split as before.
 * @throws before any work, when the text will not do.
 */
export async function corpusFor(
  cells: readonly SweepCell[],
  patterns: readonly string[] | undefined,
  record: SweepRecord | null,
): Promise<CorpusChoice | null> {
  const language = cells.filter(({ task }) => task === 'language');
  if (language.length === 0) return null;
  const { corpus: before = null, origin = null } = record ?? {};
  const recorded = origin?.patterns?.map((pattern) => resolve(origin.directory, pattern));
  const corpus = chooseCorpus(patterns ?? recorded, before);
  const { split } = corpus;
  for (const length of new Set(language.map(({ data }) => data.length))) {
    await openSource({ data: [...corpus.patterns], length, ...(split && { split }) }, 0);
  }
  return corpus;
}

/** Where a text comes from, for the record. */
function originOf({ source, title, patterns }: CorpusChoice, { documents }: Corpus): SweepOrigin {
  return {
    title: source ?? title,
    bytes: documents.reduce((sum, { bytes }) => sum + bytes.length, 0),
    directory: process.cwd(),
    patterns: source === null ? patterns : null,
  };
}

/** @throws Interrupted after Ctrl-C, with all work put away. */
export async function runSweep(run: SweepRun): Promise<SweepOutcome> {
  const { terminal, spec, cells, out, jobs, device, corpus } = run;
  const text = corpus && (await readCorpus(corpus.patterns, corpus));
  if (text) terminal.err(`${corpusText(text)}\n`);
  const place = { out: resolve(out), entry: terminal.entry, device, corpus };
  const view = new SweepView(terminal);
  const outcome = await sweep({
    directory: out,
    spec,
    cells,
    corpus: text && { documents: text.documents.length, sha256: text.sha256, ...splitRecord(text) },
    origin: corpus && text && originOf(corpus, text),
    jobs,
    run: (cell, directory, signal) => runCell(cell, resolve(directory), place, signal),
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
