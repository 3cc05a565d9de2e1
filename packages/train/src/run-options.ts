// What a run in a directory is asked for, and what it answers.
import type { Adapter, AdapterConfig } from '@twilljs/adapters';
import type { Batches } from '@twilljs/data';
import type { JsonObject } from '@twilljs/hub';
import type { LanguageModel } from '@twilljs/hybrid';
import { type Fields, isOfAdapter, params, readOptions } from '@twilljs/nn';
import { knownOnly, OptionError, objectOnly, oneOf, shown, whole } from '@twilljs/tensor';
import { type Better, checkBetter } from './best.ts';
import { firstDifference } from './difference.ts';
import { requireParts } from './micro-batches.ts';
import { type TrainSettings, trainOptions } from './options.ts';
import type { Init, Origin } from './record.ts';
import type { StepRecord } from './step-record.ts';
import { trainable } from './trainable.ts';
import { checkValidation, type Validation } from './validation.ts';

/** Options of `trainRun`. */
export interface RunOptions {
  /** Created where it is missing. */
  directory: string;
  /**
   * With its initial weights, without an adapter, on the device to train on. A function that makes it is called again when the device was lost: the run goes
   * on from its last checkpoint, to the same bits.
   */
  model: LanguageModel | (() => LanguageModel | Promise<LanguageModel>);
  source: Batches;
  /** A resumed run may have more steps than before; it goes on from its last checkpoint by the longer plan. */
  training: TrainSettings;
  /** Recorded, and compared when the run is resumed: seed, and what the data are, with a hash of them. */
  seed: number;
  data: JsonObject;
  /** Where the model's weights were loaded from, if they are not fresh. Recorded with their hash, which is compared too. */
  init?: { directory: string; dtype?: Init['dtype'] };
  /**
   * Trains this beside the model, whose own parameters stay as they are where no group says otherwise. It is put into the model, which must
   * have none, with initial values from `seed`; the run leaves it in `adapter/`, as PEFT does.
   */
  adapter?: AdapterConfig;
  /** Texts that belong to the model beside its weights, by the names of their files: `tokenizer.json`. Written when the run begins. */
  files?: Readonly<Record<string, string>>;
  /** The command line, recorded for people: nothing is read from it. */
  command: readonly string[];
  /** Recorded, never compared. A resumed run keeps what was recorded where this is absent. */
  origin?: Partial<Origin>;
  /** Go on from the newest checkpoint; from step 0 where there is none. Default false: the directory must hold no run. */
  resume?: boolean;
  checkpoints?: {
    /** Steps from one to the next. Default 10 for runs of fewer than 1,000 steps, 100 for others. */
    every?: number;
    /** How many of the newest stay on disk. Default 2. */
    keep?: number;
  };
  /** The values go to metrics.jsonl. With `better` the checkpoint of the best one stays on disk, whatever its age. */
  validation?: Validation & { readonly better?: Better };
  /** When it is aborted, the run finishes its step, writes a checkpoint and returns. */
  signal?: AbortSignal;
  /** Told of the model with its adapter, before its first step, and before a run is found complete; again, where the device was lost. */
  onBegin?(model: LanguageModel): unknown;
  /** Told of every step, and awaited. What it throws ends the run as the signal does, and is thrown again after that. */
  onStep?(record: StepRecord): unknown;
  onValidation?(step: number, values: JsonObject): unknown;
  /** Told of what may surprise: a damaged checkpoint, a resume on another device, skipped steps. */
  warn?(message: string): void;
}

/** How a run ended. */
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
  /** In the model, trained; null where there is none, and where nothing was changed. After an error it is out of the model again. */
  readonly adapter: Adapter | null;
}

/** Names of files that a run writes itself. */
const OWN = ['run.json', 'config.json'];

const names = {
  ...{ directory: true, model: true, source: true, training: true, seed: true, data: true, init: true, command: true },
  ...{
    files: true,
    origin: true,
    resume: true,
    checkpoints: true,
    validation: true,
    signal: true,
    adapter: true,
    onBegin: true,
    onStep: true,
    onValidation: true,
    warn: true,
  },
} satisfies Record<keyof RunOptions, true>;

const checkpointFields = (steps: number) =>
  ({
    every: { type: 'integer', default: steps < 1000 ? 10 : 100, max: 2 ** 31 },
    keep: { type: 'integer', default: 2 },
  }) as const satisfies Fields;

/**
 * Checks all that can be checked before anything is written.
 *
 * @throws OptionError naming the option that cannot be.
 */
export function checkRun(options: RunOptions): void {
  knownOnly('run', options, Object.keys(names));
  const { directory, model, source, training, seed, data, init, files, command, origin, validation, adapter } = options;
  const refuse = (name: string, value: unknown, next: string) => {
    throw new OptionError(`run: ${name} is ${shown(value)}; give ${next}.`);
  };
  if (typeof directory !== 'string' || directory === '') refuse('directory', directory, 'the path of a directory');
  if (typeof source?.batch !== 'function') refuse('source', source, '{ B, T, batch(step) }, as windows(...) makes');
  whole('run: seed', seed, Number.MIN_SAFE_INTEGER);
  if (typeof data !== 'object' || data === null || Array.isArray(data) || !isJson(data))
    refuse('data', data, 'a JSON object that tells them');
  if (!Array.isArray(command) || !command.every((word) => typeof word === 'string')) {
    refuse('command', command, 'the words of a command line');
  }
  if (init !== undefined) {
    knownOnly('run: init', init, ['directory', 'dtype']);
    oneOf('run: init.dtype', init.dtype ?? 'f32', ['f32', 'bf16', 'file']);
    if (typeof init.directory !== 'string') refuse('init.directory', init.directory, 'the path the weights came from');
  }
  for (const [name, content] of Object.entries(files ?? {})) {
    if (!/^\w[\w-]*\.(json|jinja|model)$/.test(name) || OWN.includes(name) || typeof content !== 'string') {
      refuse(`files: ${name}`, content, 'texts by the names of files that no run has itself, such as tokenizer.json');
    }
  }
  if (adapter !== undefined) objectOnly('run: adapter', adapter);
  if (origin !== undefined) {
    knownOnly('run: origin', origin, ['text', 'evaluation', 'modules', 'measures', 'device']);
    if (!isJson(origin as JsonObject)) refuse('origin', origin, 'paths, and the name of a device');
  }
  if (typeof model !== 'function') requireModel(model, options);
  const { steps, microBatches } = trainOptions(training);
  requireParts(source.B, microBatches);
  checkpointsOf(options, steps);
  if (validation) {
    checkValidation(validation, ['better']);
    if (validation.better !== undefined) checkBetter(validation.better);
  }
}

/** Refuses what is no model, or none that is trained like this. @throws OptionError naming the option that cannot be. */
export function requireModel(model: LanguageModel, { training, adapter }: RunOptions): void {
  if (typeof model?.loss !== 'function') {
    throw new OptionError(`run: model is ${shown(model)}; give a language model, as hybrid(config) makes.`);
  }
  const theirs = [...params(model).keys()].find(isOfAdapter);
  if (theirs !== undefined) {
    throw new OptionError(
      `run: the model has an adapter, ${theirs}, of which a run knows nothing; remove it, and give its configuration as adapter.`,
    );
  }
  // With an adapter there is more that groups may name.
  if (!adapter) trainable(model.arena, trainOptions(training).groups);
}

/** Whether a value is the same once it was written as JSON and read again. */
function isJson(value: JsonObject): boolean {
  try {
    return firstDifference(value, JSON.parse(JSON.stringify(value)), 'data') === null;
  } catch {
    return false; // a bigint, or a circle
  }
}

/** How often checkpoints are written, and how many are kept. */
export function checkpointsOf({ checkpoints = {} }: RunOptions, steps: number): { every: number; keep: number } {
  return readOptions(checkpointFields(steps), checkpoints, 'checkpoints');
}
