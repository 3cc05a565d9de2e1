// Runs the cells of a sweep, several at a time, whatever becomes of single ones; what has been done is never done again.
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { makeDirectory } from '@twilljs/hub/node';
import { FileError, knownOnly, whole } from '@twilljs/tensor';
import { changedSince, lockDirectory, type Metrics, MetricsReader, readRunRecord } from '@twilljs/train/node';
import { forgetFailure, forgetMeasurements, hasResult, isFinished, writeFailure, writeResults } from './directory.ts';
import { type CellJob, jobOf } from './job.ts';
import { cellDirectory } from './names.ts';
import type { SweepCell } from './plan.ts';
import { openSweep } from './record.ts';
import type { SweepResults } from './results.ts';
import type { SweepSpec } from './spec.ts';
import { corpusOf, keepTokenizer, originOf, requireText, type SweepText } from './text.ts';

/** How far a cell is. */
export type CellPhase = 'waiting' | 'running' | 'done' | 'failed';

/** How far a cell is. */
export interface CellState {
  readonly cell: SweepCell;
  readonly phase: CellPhase;
  readonly metrics: Metrics;
  /** Seconds that it has been running in this call, and the step at which it began. */
  readonly seconds: number;
  readonly from: number;
  /** Why it failed. */
  readonly failed: string | null;
}

/** How far a cell is that is trained elsewhere. */
export interface CellProgress {
  readonly phase: 'waiting' | 'running';
  readonly step: number;
  /** Training loss of that step, nats per label; null where there is none. */
  readonly loss: number | null;
}

/** Where a sweep lies, its cells, and who trains them. */
export interface SweepOptions {
  /** Created where it is missing. */
  readonly directory: string;
  readonly spec: SweepSpec;
  /** `planSweep` of the specification. */
  readonly cells: readonly SweepCell[];
  /** What cells read whose task learns from text. Default: none. */
  readonly text?: SweepText | null;
  /** Cells that run at the same time. Default 1. */
  readonly jobs?: number;
  /** On which each is trained, in the words of whoever opens it. Default `auto`. */
  readonly device?: string;
  /** Of the device of each cell. Default: the processors are divided among the cells that run at the same time. */
  readonly threads?: number;
  /** How the sweep is repeated, for the records of its runs. */
  readonly command?: readonly string[];
  /**
   * Takes one cell to its end, going on from a checkpoint: `inProcesses(worker)`, or `trainCell` in this process. What its run
   * measures after the last step becomes its result.
   *
   * @param tell for whoever trains it elsewhere: how far it is, where its directory here does not show that.
   * @throws when the cell failed.
   */
  run(job: CellJob, signal: AbortSignal, tell: (progress: CellProgress) => void): Promise<unknown>;
  /** When it is aborted, the running cells put their work away and the sweep returns. */
  readonly signal?: AbortSignal;
  /** Told several times a second how far all cells are, in the order of the grid. */
  observe?(states: readonly CellState[]): void;
  /** Told what whoever goes on with the sweep should know. */
  warn?(message: string): void;
}

/** How a sweep ended, and what it found. */
export interface SweepOutcome {
  readonly status: 'finished' | 'interrupted';
  /** Null after an interruption. */
  readonly results: SweepResults | null;
  readonly failures: ReadonlyMap<string, string>;
}

const names = {
  ...{ directory: true, spec: true, cells: true, text: true, jobs: true, device: true, threads: true },
  ...{ command: true, run: true, signal: true, observe: true, warn: true },
} satisfies Record<keyof SweepOptions, true>;

const REFRESH_MS = 250;

interface Running {
  cell: SweepCell;
  directory: string;
  phase: CellPhase;
  metrics: Metrics;
  reader: MetricsReader;
  begun: number;
  seconds: number;
  from: number;
  failed: string | null;
  /** While it is trained elsewhere, as it was told last. */
  elsewhere: CellProgress | null;
}

/**
 * Goes through a grid: finished cells are kept, half-done ones go on, failed ones are tried again. The directory gets
 * `sweep.json` (what it is), `cells/<name>/` (a run each) and, when all have ended, `results.json`.
 *
 * @throws OptionError for an option that is unknown or cannot be, text that is missing, and when the directory holds another sweep or
 * something else, or another process works in it.
 */
export async function sweep(options: SweepOptions): Promise<SweepOutcome> {
  knownOnly('sweep', options, Object.keys(names));
  const { directory, spec, cells, jobs = 1, device = 'auto', command = [], observe = () => {} } = options;
  const { signal = new AbortController().signal } = options;
  whole('sweep: jobs', jobs, 1);
  if (options.threads !== undefined) whole('sweep: threads', options.threads, 1);
  const { text = null } = options;
  requireText(cells, text);
  makeDirectory(directory);
  using _ = await lockDirectory(directory);
  const home = resolve(directory);
  openSweep(directory, { spec, corpus: text && corpusOf(text), origin: text && originOf(text) });
  keepTokenizer(home, text);
  const states = cells.map((cell) => stateOf(cell, join(directory, cellDirectory(cell.name))));
  for (const module of spec.modules ? changedModules(states) : []) {
    options.warn?.(
      `sweep: ${module} has changed since finished cells were trained; their results stay what they were, another directory has all anew.`,
    );
  }
  // The longest first, so that processors are idle at the end for as short a time as possible.
  const waiting = states
    .filter(({ phase }) => phase === 'waiting')
    .sort((a, b) => b.cell.trainingFlops - a.cell.trainingFlops);

  const atATime = Math.min(jobs, waiting.length);
  const threads = options.threads ?? threadsPerCell(atATime);
  const shared = { text, home, modules: spec.modules ?? [], device, threads, command };
  const runOne = (state: Running) => {
    const tell = (progress: CellProgress) => follow(state, progress);
    return runState(state, () => options.run(jobOf(state.cell, state.directory, shared), signal, tell), signal);
  };

  async function work(): Promise<void> {
    for (let state = waiting.shift(); state && !signal.aborted; state = waiting.shift()) await runOne(state);
  }

  function show(): void {
    for (const state of states) if (state.phase === 'running') refresh(state);
    observe(states);
  }

  const finished = new AbortController();
  const showing = every(REFRESH_MS, show, finished.signal);
  await Promise.all(Array.from({ length: atATime }, work)).finally(() => finished.abort());
  await showing;
  show();
  const failures = new Map(states.flatMap(({ cell, failed }) => (failed === null ? [] : [[cell.name, failed]])));
  if (signal.aborted) return { status: 'interrupted', results: null, failures };
  return { status: 'finished', results: writeResults(directory, spec, cells, failures), failures };
}

/** Beyond, models of the sizes that are trained here gain nothing. */
const MOST_THREADS = 8;

/** Threads of each of so many cells, which have all processors together; null where `TWILL_THREADS` says it. */
export function threadsPerCell(atATime: number): number | null {
  if (process.env.TWILL_THREADS) return null;
  return Math.min(MOST_THREADS, Math.max(1, Math.floor(availableParallelism() / Math.max(1, atATime))));
}

/** Modules of the user's own that finished cells knew otherwise. */
function changedModules(states: readonly Running[]): Set<string> {
  const done = states.filter(({ phase }) => phase === 'done');
  return new Set(done.flatMap(({ directory }) => changedSince(readRunRecord(directory).code)));
}

function stateOf(cell: SweepCell, directory: string): Running {
  const reader = new MetricsReader(directory);
  const metrics = reader.read();
  const phase = isFinished(directory) && hasResult(metrics, cell) ? 'done' : 'waiting';
  return {
    cell,
    directory,
    phase,
    reader,
    metrics,
    begun: 0,
    seconds: 0,
    from: metrics.step,
    failed: null,
    elsewhere: null,
  };
}

async function runState(state: Running, run: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  const { cell, directory } = state;
  state.phase = 'running';
  state.begun = performance.now();
  try {
    forgetFailure(directory);
    if (isFinished(directory)) forgetMeasurements(directory); // they are lost or damaged, or it would not be run
    await run();
    state.elsewhere = null;
    if (!hasResult(state.reader.read(), cell)) {
      throw new FileError(
        `${directory}: its run came to its end without finite numbers to compare; see metrics.jsonl there.`,
      );
    }
    state.phase = 'done';
  } catch (error) {
    state.elsewhere = null;
    state.phase = signal.aborted ? 'waiting' : 'failed';
    if (!signal.aborted) fail(state, error instanceof Error ? error.message : String(error));
  }
  refresh(state);
}

/** A failure that cannot be written down either is still told. */
function fail(state: Running, message: string): void {
  state.failed = message;
  try {
    writeFailure(state.directory, message);
  } catch (error) {
    state.failed = `${message} (not recorded: ${(error as Error).message})`;
  }
}

/** Takes note of what is trained elsewhere. */
function follow(state: Running, progress: CellProgress): void {
  const { phase, step } = progress;
  if (phase === 'running' && state.phase !== phase) [state.begun, state.from] = [performance.now(), step];
  state.phase = phase;
  state.elsewhere = progress;
}

function refresh(state: Running): void {
  const { elsewhere } = state;
  if (elsewhere) {
    const { step, loss } = elsewhere;
    state.metrics = { ...state.metrics, step, losses: loss === null ? [] : [loss] };
  } else state.metrics = state.reader.read();
  state.seconds = (performance.now() - state.begun) / 1000;
}

async function every(ms: number, act: () => void, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    act();
    await wait(ms, undefined, { signal: until }).catch(() => {});
  }
}
