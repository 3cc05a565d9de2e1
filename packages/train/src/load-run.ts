// The model of a run directory at any moment: finished, interrupted, diverged, killed, or still running.
import { join } from 'node:path';
import { type Adapter, type AdapterConfig, addAdapter } from '@twilljs/adapters';
import { loadAdapter } from '@twilljs/adapters/node';
import {
  type LoadedModel,
  type ModelOptions,
  matchWeights,
  modelFromFiles,
  parseSafetensors,
  type StoredTensor,
  writeWeights,
} from '@twilljs/hub';
import { load as loadModel } from '@twilljs/hub/node';
import { isOfAdapter } from '@twilljs/nn';
import { FileError, isTwillError, knownOnly, OptionError, shown } from '@twilljs/tensor';
import { type Checkpoint, Checkpoints } from './checkpoints.ts';
import { ADAPTER } from './claim.ts';
import { readFrozen } from './frozen.ts';
import { type RunRecord, type RunStatus, readRunRecord } from './record.ts';

/** Of which moment of a run the model is. */
export interface LoadRunOptions extends ModelOptions {
  /**
   * Which weights: the newest that are whole (default), those that validation found best, or those of a step. The newest are the
   * final ones of a finished run, the last checkpoint of any other.
   */
  readonly checkpoint?: 'last' | 'best' | number;
}

/** The model of a run at some moment. */
export interface LoadedRun extends LoadedModel {
  /** What was trained beside the model, in it; null where the model was trained itself. */
  readonly adapter: Adapter | null;
  /** After how many steps the model had these weights, of how many in the plan. */
  readonly step: number;
  readonly steps: number;
  /** Of the run. One that was killed is still called running. */
  readonly status: RunStatus;
  readonly record: RunRecord;
}

const FILE = 'model.safetensors';

/** A run that goes on removes checkpoints while they are read; to lose so often is no accident any more. */
const TRIES = 5;

/**
 * Reads weights of a run directory. Nothing is written and nobody is kept waiting: the run may go on meanwhile.
 *
 * @throws OptionError when it has no such checkpoint; FileError when it is no run directory, has no checkpoint yet, or is damaged.
 */
export async function loadRun(directory: string, options: LoadRunOptions): Promise<LoadedRun> {
  knownOnly('loadRun', options, ['mixers', 'device', 'dtype', 'onProgress', 'signal', 'checkpoint']);
  for (let tries = 1; ; tries++) {
    const record = readRunRecord(directory);
    const before = stampOf(directory, record);
    const hasMoved = () => tries < TRIES && stampOf(directory, readRunRecord(directory)) !== before;
    try {
      const loaded = await load(directory, record, options);
      const { status, training } = record;
      if (loaded.isChecked || !hasMoved()) return { ...loaded, steps: training.steps, status, record };
    } catch (error) {
      if (!isTwillError(error) || !hasMoved()) throw error;
    }
  }
}

/** Changes when weights come or go. */
function stampOf(directory: string, { status, step }: RunRecord): string {
  return `${status} ${step} ${checkpointsIn(directory).steps()}`;
}

const checkpointsIn = (directory: string) => new Checkpoints(join(directory, 'checkpoints'), 1);

/** @returns isChecked: the weights are known to be of one moment, by their hash. */
async function load(
  directory: string,
  record: RunRecord,
  { checkpoint = 'last', ...how }: LoadRunOptions,
): Promise<Opened & { step: number; isChecked: boolean }> {
  const checkpoints = checkpointsIn(directory);
  const there = checkpoints.steps();
  const isFinal = record.status === 'finished' && (checkpoint === 'last' || checkpoint === record.step);
  if (isFinal && !there.includes(checkpoint as number) && !(record.adapter && there.length > 0)) {
    return { ...(await final(directory, record, how)), step: record.step, isChecked: false };
  }
  const notes: string[] = [];
  const open = async ({ step, path, files }: Checkpoint) => {
    const trained = parseSafetensors(weightsIn(files, path), join(path, FILE)).tensors;
    const { model, adapter, ...loaded } = await openAt(directory, record, trained, how, path);
    return { model, adapter, notes: [...notes, ...loaded.notes], step, isChecked: true };
  };
  if (checkpoint !== 'last') return open(checkpoints.read(stepOf(directory, checkpoint, record, there), [FILE]));
  const newest = checkpoints.newest((note) => notes.push(note));
  if (newest) return open(newest);
  throw new FileError(
    `${directory}: the run has no checkpoint yet (${record.status}, ${record.training.steps} steps planned); wait for its first one, or go on with it.`,
  );
}

type Opened = LoadedModel & { readonly adapter: Adapter | null };

/** The final weights: of an adapter beside what was not trained, for a run whose checkpoints are gone. */
async function final(directory: string, record: RunRecord, how: ModelOptions): Promise<Opened> {
  if (!record.adapter) return { ...(await loadModel(directory, how)), adapter: null };
  const tensors = record.frozen ? readFrozen(directory, record.frozen) : new Map<string, StoredTensor>();
  const { model, notes } = await modelFromFiles({ config: record.model, tensors }, how, directory);
  const loaded = await loadAdapter(model, join(directory, ADAPTER));
  return { model, adapter: loaded.adapter, notes: [...notes, ...loaded.notes] };
}

/** @param trained what a checkpoint has. @param path of it, for messages. */
async function openAt(
  directory: string,
  { model: config, frozen, adapter: added, seed }: RunRecord,
  trained: ReadonlyMap<string, StoredTensor>,
  how: ModelOptions,
  path: string,
): Promise<Opened> {
  const all = [...(frozen ? readFrozen(directory, frozen) : []), ...trained];
  const tensors = new Map(all.filter(([name]) => !added || !isOfAdapter(name)));
  const { model, notes } = await modelFromFiles({ config, tensors }, how, path);
  if (!added) return { model, notes, adapter: null };
  const adapter = await addAdapter(model, added as unknown as AdapterConfig, { seed });
  const own = new Map([...trained].filter(([name]) => isOfAdapter(name)));
  writeWeights(adapter.parameters, matchWeights(adapter.parameters, own, path));
  return { model, notes, adapter };
}

function stepOf(directory: string, checkpoint: unknown, { best }: RunRecord, there: readonly number[]): number {
  const step = checkpoint === 'best' ? best?.step : checkpoint;
  if (there.includes(step as number)) return step as number;
  const has = there.length > 0 ? `it has those of steps ${[...there].reverse().join(', ')}` : 'it has none';
  if (checkpoint !== 'best') {
    throw new OptionError(`loadRun: ${directory} has no checkpoint ${shown(checkpoint)}; ${has}, "last" and "best".`);
  }
  const why = best ? `that of step ${best.step} is gone` : 'its validation was not told what is better';
  throw new OptionError(`loadRun: ${directory} has no best checkpoint, ${why}; ${has}.`);
}

function weightsIn(files: ReadonlyMap<string, Uint8Array>, path: string): Uint8Array {
  const bytes = files.get(FILE);
  if (bytes) return bytes;
  throw new FileError(`${path}: has no ${FILE}; choose another checkpoint.`);
}
