// A run in a directory: training with checkpoints, metrics and a record, which can be killed at any moment and resumed.
import { join } from 'node:path';
import type { Adapter } from '@twilljs/adapters';
import { saveAdapter } from '@twilljs/adapters/node';
import type { JsonObject } from '@twilljs/hub';
import { makeDirectory, save as saveModel, writeAtomic } from '@twilljs/hub/node';
import type { LanguageModel } from '@twilljs/hybrid';
import { countParams } from '@twilljs/nn';
import { DeviceLostError, type Tensor } from '@twilljs/tensor';
import { beyondAdapter, withAdapter } from './adapted.ts';
import { bestOf, better } from './best.ts';
import { type Checkpoint, Checkpoints } from './checkpoints.ts';
import { ADAPTER, Claim } from './claim.ts';
import { DivergenceError } from './errors.ts';
import { settleFrozen } from './frozen.ts';
import { weightsHash } from './hash.ts';
import { lockDirectory } from './lock.ts';
import { MetricsLog } from './metrics.ts';
import { readMetrics } from './read-metrics.ts';
import { type Init, machineOf } from './record.ts';
import { checkpointsOf, checkRun, type RunOptions, type RunResult, requireModel } from './run-options.ts';
import { checkSnapshot, parseSnapshot, snapshotFiles } from './snapshot.ts';
import type { StepRecord } from './step-record.ts';
import { Trainer } from './trainer.ts';
import { measured } from './validation.ts';

/**
 * Trains a model, or an adapter of it, and leaves a run directory: `config.json` and `model.safetensors` (final weights; of an adapter
 * instead the folder `adapter/`), `metrics.jsonl`, `run.json` and `checkpoints/`. A run that was killed and resumed ends with the same bits as one that was not, on the same device.
 *
 * @throws OptionError when the directory holds a run and `resume` is not set, another run than the one described, or another
 * process works in it;
 * FileError when it cannot be written, or was moved or replaced meanwhile; DivergenceError when the loss stays without a finite
 * value; DeviceLostError when the device was lost and `model` is no function, or it is lost again before the next checkpoint; what
 * `onStep`, `measure` or the source throw. All but the last of these leave a run that can be resumed.
 */
export async function trainRun(options: RunOptions): Promise<RunResult> {
  checkRun(options);
  const { model, warn = () => {} } = options;
  if (typeof model !== 'function') return runOn(model, options, { from: 0, saved: -1 });
  let first: Reached | null = null;
  for (let lostAt = -2; ; ) {
    const reached: Reached = { from: 0, saved: -1 };
    try {
      const result = await runOn(await model(), first ? { ...options, resume: true } : options, reached);
      return { ...result, from: first?.from ?? result.from };
    } catch (error) {
      // Lost again before it came any further, it would be lost there for ever.
      if (!(error instanceof DeviceLostError) || reached.saved <= lostAt) throw error;
      warn(`run: ${error.message} It goes on from step ${Math.max(0, reached.saved)}.`);
      lostAt = reached.saved;
      first ??= reached;
    }
  }
}

/** How far a run came on one device: the steps at its beginning and of its last checkpoint, or -1. */
interface Reached {
  from: number;
  saved: number;
}

async function runOn(model: LanguageModel, options: RunOptions, reached: Reached): Promise<RunResult> {
  requireModel(model, options);
  const { init } = options;
  const begun: Init | null = init ? { dtype: 'f32', ...init, sha256: await weightsHash(model) } : null;
  return withAdapter(model, options, (adapter) => runAs(model, adapter, begun, options, reached));
}

async function runAs(
  model: LanguageModel,
  adapter: Adapter | null,
  init: Init | null,
  options: RunOptions,
  reached: Reached,
): Promise<Omit<RunResult, 'adapter'>> {
  const { directory, validation, seed, data, command, origin, resume = false, warn = () => {} } = options;
  const machine = machineOf(model.arena.flat.device);
  makeDirectory(directory);
  using _ = await lockDirectory(directory);
  const identity = {
    ...{ model: model.config.json as JsonObject, training: options.training, data, seed },
    ...{ init, adapter: adapter?.config ?? null },
  };
  const every = { validation: validation?.every ?? null, checkpoint: options.checkpoints?.every ?? null };
  const claim = new Claim(directory, identity, machine, { command, origin, every, resume, warn });
  const { steps } = claim.training;
  await options.onBegin?.(model);
  // A finished run whose last measurement is lost is measured again.
  const isMeasured = () => !validation || readMetrics(directory).validations.at(-1)?.step === steps;
  if (claim.complete && isMeasured()) {
    return { status: 'complete', step: steps, from: steps, skipped: claim.before?.skipped ?? 0, last: null };
  }
  const { recompute = false } = options.training;
  using trainer = new Trainer(model, { ...claim.training, recompute });
  const checkpointing = checkpointsOf(options, steps);
  const requireOwn = () => claim.requireOwn();
  const checkpoints = new Checkpoints(join(directory, 'checkpoints'), checkpointing.keep, requireOwn);
  checkpoints.clean();
  const snapshotOf = ({ state, files, path }: Checkpoint) => parseSnapshot(state, files, path);
  const found = resume ? checkpoints.newest(warn, (one) => checkSnapshot(snapshotOf(one), steps, one.path)) : null;
  if (found) trainer.restore(snapshotOf(found), found.path);
  const frozen = await settleFrozen(directory, trainer.frozen, claim.before?.frozen ?? null);
  const from = trainer.step;
  reached.from = from;
  const rule = validation?.better;
  let best = rule && found ? bestOf(readMetrics(directory).validations, rule, from) : null;
  checkpoints.pinned = best?.step ?? null;
  // Before the record: a run whose record is there has them too.
  for (const [name, text] of Object.entries(options.files ?? {})) writeAtomic(join(directory, name), text);
  const all = countParams(model);
  const parameters = { all, trained: all - sizeOf(trainer.frozen) };
  claim.begin(from, trainer.skipped, { best, frozen: frozen?.sha256 ?? null, parameters });
  frozen?.save();
  using metrics = new MetricsLog(join(directory, 'metrics.jsonl'), from, requireOwn);
  for (const note of metrics.notes) warn(note);
  const beyond = adapter && beyondAdapter(model, trainer.frozen);
  if (beyond) warn(beyond);

  reached.saved = found ? from : -1;
  let whole = from; // the last step that is told in full
  let last: StepRecord | null = null;

  async function save(): Promise<void> {
    if (reached.saved === trainer.step) return;
    const snapshot = await trainer.snapshot();
    metrics.flush();
    checkpoints.write(trainer.step, { ...snapshot.counters }, snapshotFiles(snapshot));
    if (adapter) await saveAdapter(join(directory, ADAPTER), adapter);
    reached.saved = trainer.step;
  }

  async function takeMeasurement(step: number, values: JsonObject): Promise<void> {
    metrics.append({ step, validation: values });
    const now = rule ? better(best, { step, values }, rule) : null;
    if (!now || now === best) return;
    best = now;
    await save();
    claim.improve(best, trainer.skipped);
    checkpoints.pinned = best.step;
    checkpoints.prune(best.step);
  }

  /** After an error from outside: the run goes on from here, or from the checkpoint before a step that was not told in full. */
  async function putAway(error: unknown): Promise<void> {
    try {
      if (whole === trainer.step && !(error instanceof DeviceLostError)) await save();
      claim.end('interrupted', Math.max(0, reached.saved), trainer.skipped);
    } catch (error) {
      warn(`run: it could not be put away. ${(error as Error).message}`);
    }
  }

  try {
    const due = validation && {
      ...(validation.every !== undefined && { every: validation.every }),
      measure: (of: LanguageModel) => validation.measure(of),
    };
    const { signal } = options;
    // A checkpoint is of the step whose record is written with it.
    const exactAt = (step: number) => step % checkpointing.every === 0 || signal?.aborted === true;
    for await (const record of trainer.run(options.source, { ...(due && { validation: due }), exactAt })) {
      last = record;
      const { validation: values, ...step } = record;
      const { parametersAt, ...line } = step;
      metrics.append(line);
      if (values) await takeMeasurement(step.step, values);
      whole = step.step;
      await options.onStep?.(step);
      if (values) await options.onValidation?.(whole, values);
      if (whole === steps || whole % checkpointing.every === 0) await save();
      if (signal?.aborted && parametersAt === whole) break;
    }
    const { step, skipped } = trainer;
    if (step < steps) {
      await save();
      claim.end('interrupted', step, skipped);
      return { status: 'interrupted', step, from, skipped, last };
    }
    if (validation && !isMeasured()) {
      const values = await measured(validation, model);
      await takeMeasurement(steps, values);
      await options.onValidation?.(steps, values);
    }
    requireOwn();
    metrics.flush();
    if (adapter) await saveAdapter(join(directory, ADAPTER), adapter);
    else for (const note of await saveModel(directory, model)) warn(note);
    if (skipped > 0) warn(skippedText(skipped, steps));
    claim.end('finished', steps, skipped);
    return { status: 'finished', step, from, skipped, last };
  } catch (error) {
    if (error instanceof DivergenceError) {
      const { parametersAt: _, ...line } = error.record;
      metrics.append(line);
      claim.end('diverged', trainer.step, trainer.skipped);
    } else await putAway(error);
    throw error;
  }
}

function skippedText(skipped: number, steps: number): string {
  return `run: ${skipped} of ${steps} steps were skipped, because loss or gradient were not finite; lower lr, raise warmup, or look at the data of those steps.`;
}

const sizeOf = (parameters: ReadonlyMap<string, Tensor>): number =>
  [...parameters.values()].reduce((sum, { size }) => sum + size, 0);
