// A sweep on this machine, with its view: what `twill sweep` and `twill start` have in common.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Reading, readingOf } from '@twilljs/data/node';
import { grouped } from '@twilljs/eval';
import { skippedText } from '@twilljs/report';
import { corpusText } from '@twilljs/report/node';
import { planSweep, type SweepCell, type SweepSpec } from '@twilljs/sweep';
import {
  inProcesses,
  openSpec,
  readSweepText,
  recordedFiles,
  type SweepOptions,
  type SweepOutcome,
  type SweepText,
  sweep,
} from '@twilljs/sweep/node';
import { known, type sweepPresets } from 'twilljs';
import { mobyDick, worker } from 'twilljs/node';
import type { CommonOptions, Context } from '../command.ts';
import { hasThreads, requireOne } from '../device.ts';
import { Interrupted } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import { textReader } from '../texts/reader.ts';
import { openTokenizer, unlessBytes } from '../tokenizer.ts';
import { SweepView } from './view.ts';

export type PresetName = keyof typeof sweepPresets;

export interface SweepAsked extends CommonOptions, Reading {
  /** Directory of the sweep. Where it goes on, what the specification leaves out of its training is what it was. */
  readonly out: string;
  /** Files and patterns of `--data`; where there are none, the text is that of the record, or Moby-Dick. */
  readonly data: readonly string[] | undefined;
  readonly tokenizer?: string | undefined;
}

/** A sweep that is ready to begin. */
export interface OpenedSweep {
  readonly spec: SweepSpec;
  readonly known: typeof known;
  readonly cells: readonly SweepCell[];
  /** What cells read that learn from text; null where there are none. */
  readonly text: SweepText | null;
}

/**
 * @param source a specification, or the path of one, or of the sweep.json of a sweep.
 * @throws OptionError for threads of a device that has none: cells are trained elsewhere, and would know of it too late.
 */
export async function openSweep(
  source: object | string,
  { out, seed, data, device, threads, tokenizer: named, ...rest }: SweepAsked,
  context: Pick<Context, 'terminal' | 'note'>,
): Promise<OpenedSweep> {
  if (!hasThreads(device)) requireOne(threads, `--device is ${device}`);
  const { spec, record, known: all } = await openSpec(source, known, { seed, directory: out });
  const { tokenizer, files } = await openTokenizer(
    named,
    record?.corpus?.tokenizer ? homeOf(source, out) : null,
    context,
  );
  const cells = planSweep(spec, all, unlessBytes(tokenizer));
  const ids = files && { tokenizer: { tokenizer, files: { ...files } } };
  const patterns = data ?? (record && recordedFiles(record));
  const choice = () => ({ ...(patterns ? { files: patterns, reading: readingOf(rest) } : mobyDick()), ...ids });
  return { spec, known: all, cells, text: await readSweepText(cells, choice, record, textReader(context)) };
}

/** Where the record of a sweep lies that goes on or is repeated. */
const homeOf = (source: object | string, out: string): string =>
  typeof source === 'object' || existsSync(join(out, 'sweep.json')) ? out : dirname(source);

/** How a sweep ended, and its cells with steps that were skipped. */
export interface Ended extends SweepOutcome {
  readonly skipped: readonly { readonly name: string; readonly count: number; readonly line: string }[];
}

/** Who trains the cells of a sweep, so many at a time, and what to say when it is stopped. */
export interface Trainers extends Pick<SweepOptions, 'run'> {
  readonly jobs: number;
  readonly stopped: string;
  /** Ends the sweep as Ctrl-C does. */
  readonly over?: AbortSignal;
}

/** Processes of this machine. */
export const trainedHere = (jobs: number): Trainers => ({
  ...{ jobs, run: inProcesses(worker) },
  stopped: 'stopped, with checkpoints; the same command goes on.',
});

/** How a sweep is repeated, for the records of its runs. */
export const commandOf = (out: string): string[] => ['twill', 'sweep', join(out, 'sweep.json'), '--out', out];

/** @throws Interrupted after Ctrl-C, with all work put away. */
export async function runSweep(
  { spec, cells, text }: OpenedSweep,
  { jobs, run, stopped, over }: Trainers,
  { out, device, threads }: SweepAsked,
  terminal: Terminal,
): Promise<Ended> {
  if (text) terminal.err(`${corpusText(text.corpus)}\n`);
  const view = new SweepView(terminal);
  const outcome = await sweep({
    ...{ directory: out, spec, cells, text, jobs, device, ...(threads !== undefined && { threads }) },
    ...{ command: commandOf(out), run },
    signal: over ? AbortSignal.any([terminal.signal, over]) : terminal.signal,
    observe: (states) => view.update(states),
    warn: (message) => terminal.err(`${message}\n`),
  });
  if (outcome.status === 'interrupted') {
    if (!terminal.signal.aborted) throw over?.reason;
    throw new Interrupted(`${spec.name}: ${stopped}`);
  }
  const skipped = cells.flatMap(({ name, training: { steps } }, i) => {
    const count = outcome.results?.cells[i].skipped ?? 0;
    return count > 0 ? [{ name, count, line: `${name} skipped ${skippedText(count, steps)}` }] : [];
  });
  return { ...outcome, skipped };
}

/** `155 cells, 1.8e+15 FLOPs`. */
export function sizeText(cells: readonly SweepCell[]): string {
  return `${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}, ${flopsOf(cells).toExponential(1).replace('+', '')} FLOPs`;
}

/** Hours at a speed per process, in FLOPs per second. */
export function hoursText(cells: readonly SweepCell[], speed: number, jobs: number): string {
  const hours = flopsOf(cells) / (speed * jobs) / 3600;
  const each = jobs === 1 ? 'one process' : `${jobs} processes`;
  return `about ${hours < 10 ? hours.toFixed(1) : grouped(hours)} hours on this machine (${each} at ${grouped(speed / 1e9)} GFLOP/s each)`;
}

const flopsOf = (cells: readonly SweepCell[]) => cells.reduce((sum, { trainingFlops }) => sum + trainingFlops, 0);
