// A run in a directory: training with checkpoints, metrics and a record, which can be killed at any moment and resumed.
import { join } from 'node:path';
import type { Batches } from '@twilljs/data';
import type { JsonObject } from '@twilljs/hub';
import { makeDirectory, saveModel } from '@twilljs/hub/node';
import type { LanguageModel } from '@twilljs/hybrid';
import { type Fields, readFields } from '@twilljs/nn';
import { Checkpoints } from './checkpoints.ts';
import { DivergenceError } from './errors.ts';
import { lockDirectory } from './lock.ts';
import { MetricsLog } from './metrics.ts';
import type { TrainSettings } from './options.ts';
import { readMetrics } from './read-metrics.ts';
import { machineOf, openRecord } from './record.ts';
import { parseSnapshot, snapshotFiles } from './snapshot.ts';
import { type StepRecord, Trainer } from './trainer.ts';
import type { Validation } from './validation.ts';

export interface RunOptions {
  /** Created where it is missing. */
  directory: string;
  /** With its initial weights, on the device to train on. */
  model: LanguageModel;
  source: Batches;
  training: TrainSettings;
  /** Recorded, and compared when the run is resumed: seed, and what the data are, with a hash of them. */
  seed: number;
  data: JsonObject;
  /** The command line, recorded. */
  command: readonly string[];
  /** Go on from the newest checkpoint; from step 0 where there is none. Default false: the directory must hold no run. */
  resume?: boolean;
  checkpoints?: {
    /** Steps from one to the next. Default 10 for runs of fewer than 1,000 steps, 100 for others. */
    every?: number;
    /** How many of the newest stay on disk. Default 2. */
    keep?: number;
  };
  /** The values go to metrics.jsonl. */
  validation?: Validation;
  /** When it is aborted, the run finishes its step, writes a checkpoint and returns. */
  signal?: AbortSignal;
  onStep?(record: StepRecord): void;
  onValidation?(step: number, values: JsonObject): void;
  /** Told of what may surprise: a damaged checkpoint, a resume on another device. */
  warn?(message: string): void;
}

const checkpointFields = (steps: number) =>
  ({
    every: { type: 'integer', default: steps < 1000 ? 10 : 100, max: 2 ** 31 },
    keep: { type: 'integer', default: 2 },
  }) as const satisfies Fields;

export interface RunResult {
  /** `complete`: the run had finished before, and nothing was changed. */
  readonly status: 'finished' | 'interrupted' | 'complete';
  /** Steps done. */
  readonly step: number;
  /** Steps done when this call began. */
  readonly from: number;
  /** Steps of the whole run that were skipped, because loss or gradient were not finite. */
  readonly skipped: number;
  /** Of the last step in this call; null when there was none. */
  readonly last: StepRecord | null;
}

/**
 * Trains a model and leaves a run directory: `config.json` and `model.safetensors` (final weights), `metrics.jsonl`,
 * `run.json` and `checkpoints/`. A run that was killed and resumed ends with the same bits as one that was not, on the same device.
 *
 * @throws OptionError when the directory holds a run and `resume` is not set, another run than the one described, or another
 * process works in it;
 * FileError when it cannot be written; DivergenceError when the loss stays without a finite value.
 */
export async function trainRun(options: RunOptions): Promise<RunResult> {
  const { directory, model, source, seed, data, validation, signal, resume = false, warn = () => {} } = options;
  using trainer = new Trainer(model, options.training);
  const { steps } = trainer.options;
  const { every, keep } = readFields(checkpointFields(steps), { ...options.checkpoints }, 'checkpoints');
  const identity = { model: model.config.json as JsonObject, training: { ...trainer.options }, data, seed };
  makeDirectory(directory);
  using _ = await lockDirectory(directory);
  const record = openRecord(directory, identity, machineOf(model.device), options.command, { resume, warn });
  // A finished run whose last measurement is lost is measured again.
  const isMeasured = () => validation === undefined || readMetrics(directory).validations.at(-1)?.step === steps;
  if (record.complete && isMeasured()) {
    return { status: 'complete', step: steps, from: steps, skipped: record.skipped, last: null };
  }

  const checkpoints = new Checkpoints(join(directory, 'checkpoints'), keep);
  checkpoints.clean();
  const found = resume ? checkpoints.newest(warn) : null;
  if (found) trainer.restore(parseSnapshot(found.state, found.files, found.path), found.path);
  const from = trainer.step;
  record.begin(from, trainer.skipped);
  const metrics = new MetricsLog(join(directory, 'metrics.jsonl'), from);

  let saved = found ? from : -1;
  async function save(): Promise<void> {
    if (saved === trainer.step) return;
    const snapshot = await trainer.snapshot();
    metrics.flush();
    checkpoints.write(trainer.step, { ...snapshot.counters }, snapshotFiles(snapshot));
    saved = trainer.step;
  }

  let last: StepRecord | null = null;
  try {
    for await (const record of trainer.run(source, validation ? { validation } : {})) {
      last = record;
      const { validation: values, ...step } = record;
      metrics.append({ ...step });
      if (values) metrics.append({ step: step.step, validation: values });
      options.onStep?.(step);
      if (values) options.onValidation?.(step.step, values);
      if (step.step === steps || step.step % every === 0) await save();
      if (signal?.aborted) break;
    }
    if (trainer.step < steps) {
      await save();
      record.end('interrupted', trainer.step, trainer.skipped);
      return { status: 'interrupted', step: trainer.step, from, skipped: trainer.skipped, last };
    }
    if (validation && !isMeasured()) {
      const values = await validation.measure(model);
      metrics.append({ step: steps, validation: values });
      options.onValidation?.(steps, values);
    }
    metrics.flush();
    for (const note of await saveModel(directory, model)) warn(note);
    record.end('finished', steps, trainer.skipped);
    if (trainer.skipped > 0) warn(skippedText(trainer.skipped, steps));
    return { status: 'finished', step: steps, from, skipped: trainer.skipped, last };
  } catch (error) {
    if (error instanceof DivergenceError) {
      metrics.append({ ...error.record });
      record.end('diverged', trainer.step, trainer.skipped);
    }
    throw error;
  } finally {
    metrics.close();
  }
}

function skippedText(skipped: number, steps: number): string {
  return `run: ${skipped} of ${steps} steps were skipped, because loss or gradient were not finite; lower lr, raise warmup, or look at the data of those steps.`;
}
