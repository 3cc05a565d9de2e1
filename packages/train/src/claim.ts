// Whose directory it is: a new run's, or that of the run which goes on in it.
import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { JsonObject } from '@twilljs/hub';
import { FileError, isTwillError, OptionError } from '@twilljs/tensor';
import type { Best } from './best.ts';
import { type Code, changedSince, codeOf } from './code.ts';
import { FROZEN } from './frozen.ts';
import { flatSettings, type TrainOptions, type TrainSettings, trainOptions } from './options.ts';
import {
  type Every,
  type Init,
  type Machine,
  type Origin,
  type ParameterCounts,
  RECORD,
  type RunRecord,
  type RunStatus,
  readRunRecord,
  trainVersion,
} from './record.ts';
import { refuseOther, warnOfOther } from './same-run.ts';
import { learningRate } from './schedule.ts';
import { writeSealed } from './seal.ts';

/** What decides the bits of a run. */
export interface Identity {
  /** The model's config.json. */
  readonly model: JsonObject;
  readonly training: TrainSettings;
  readonly data: JsonObject;
  readonly seed: number;
  readonly init: Init | null;
  /** As it is written out; null where the model is trained itself. */
  readonly adapter: JsonObject | null;
}

export interface ClaimOptions {
  readonly command: readonly string[];
  readonly origin?: Partial<Origin> | undefined;
  readonly every: Every;
  readonly resume: boolean;
  warn(message: string): void;
}

const WEIGHTS = 'model.safetensors';
/** The folder of a run with what it has learned beside a model, as PEFT reads it. */
export const ADAPTER = 'adapter';
/** What a run writes into its directory. */
const OWN = [RECORD, 'metrics.jsonl', WEIGHTS, FROZEN, ADAPTER, 'config.json', 'checkpoints'];

/** What is known of a run once its model is at hand. */
export type Beginning = Pick<RunRecord, 'best' | 'frozen' | 'parameters'>;

const NOWHERE: Origin = { text: [], evaluation: [], modules: [], measures: [], device: null };

/** A directory that holds this run, or nothing of any. */
export class Claim {
  /** As it was left; null for a new run. */
  readonly before: RunRecord | null;
  /** The plan, of which a resumed run may ask more steps than before. */
  readonly training: TrainOptions;
  private readonly directory: string;
  private readonly identity: Identity;
  private readonly machine: Machine;
  private readonly options: ClaimOptions;
  private readonly id: string;
  private readonly origin: Origin;
  private readonly code: readonly Code[];
  /** Of run.json, when it was last seen to be ours. */
  private seen = '';
  private best: Best | null = null;
  private frozen: string | null = null;
  private parameters: ParameterCounts | null = null;
  private extended: RunRecord['extended'];
  private resumed: RunRecord['resumed'];

  /** @throws OptionError when the directory holds a run and `resume` is not set, files of something else, or another run. */
  constructor(directory: string, identity: Identity, machine: Machine, options: ClaimOptions) {
    this.directory = directory;
    this.before = findRun(directory, options.resume);
    this.training = planned(identity.training, this.before, join(directory, RECORD));
    this.identity = identity;
    this.machine = machine;
    this.options = options;
    this.id = this.before?.id ?? randomUUID();
    this.origin = { ...(this.before?.origin ?? NOWHERE), ...options.origin };
    this.code = codeOf(this.origin.modules);
    this.extended = this.before?.extended ?? [];
    this.resumed = this.before?.resumed ?? [];
    if (!this.before) return;
    const path = join(directory, RECORD);
    refuseOther(this.before, { ...identity, training: this.training }, path);
    warnOfOther(this.before, machine, path, options.warn);
    for (const module of changedSince(this.before.code)) {
      options.warn(
        `run: ${module} has changed since this run went that far; from here on it goes by what stands there now.`,
      );
    }
  }

  /** Whether the run came to its end and its weights are still there. */
  get complete(): boolean {
    const final = this.identity.adapter ? join(ADAPTER, 'adapter_model.safetensors') : WEIGHTS;
    return this.before?.status === 'finished' && !this.isExtended && existsSync(join(this.directory, final));
  }

  /** Whether more steps are asked for than the last plan had. */
  private get isExtended(): boolean {
    return this.before !== null && this.training.steps > this.before.training.steps;
  }

  /** Records that the run starts, or goes on, at a step. @throws FileError when a finished run has no checkpoint to go on from. */
  begin(step: number, skipped: number, { best, frozen, parameters }: Beginning): void {
    const { before } = this;
    if (before) {
      if (this.isExtended) this.extend(before, step);
      // A checkpoint from before an extension was gone back to: from there on the longer plan holds.
      this.extended = this.extended.map((plan) => ({ ...plan, step: Math.min(plan.step, step) }));
      this.resumed = [...this.resumed, { step, ...this.machine }];
    }
    this.best = best;
    this.frozen = frozen;
    this.parameters = parameters;
    this.write('running', step, skipped);
  }

  /**
   * Called before anything is written into the directory once the run has begun.
   *
   * @throws FileError when it was moved, removed or replaced meanwhile: what is there now belongs to someone else.
   */
  requireOwn(): void {
    const path = join(this.directory, RECORD);
    const stamp = stampOf(path);
    if (stamp === this.seen) return;
    const found = stamp === null ? null : idIn(path);
    if (stamp === null || found !== this.id) {
      const how = stamp === null ? `has no ${RECORD} any more` : `holds another run`;
      throw new FileError(
        `run: ${this.directory} ${how}: it was moved, removed or replaced while the run went on, so nothing more is written there; ` +
          'bring it back and resume from its last checkpoint.',
      );
    }
    this.seen = stamp;
  }

  private extend(before: RunRecord, step: number): void {
    if (step === 0 && before.status === 'finished') {
      throw new FileError(
        `${this.directory}: has no checkpoint to go on from beyond step ${before.step}; start another run from its weights.`,
      );
    }
    const plan = { step, from: before.training.steps, to: this.training.steps };
    this.extended = [...this.extended, plan];
    const rate = (options: TrainOptions, at: number) => Number(learningRate(options, at).toPrecision(3));
    this.options.warn(
      `run: the plan is ${plan.to} steps instead of ${plan.from}; the learning rate, ${rate(before.training, Math.max(0, step - 1))} by the old plan ` +
        `at step ${Math.max(1, step)}, is ${rate(this.training, step)} at step ${step + 1} by the new one and ends with ${rate(this.training, plan.to - 1)}.`,
    );
  }

  /** Records a measurement that is better than all before it. */
  improve(best: Best, skipped: number): void {
    this.best = best;
    this.write('running', best.step, skipped);
  }

  /** Records how the run ended. */
  end(status: Exclude<RunStatus, 'running'>, step: number, skipped: number): void {
    this.write(status, step, skipped);
  }

  private write(status: RunStatus, step: number, skipped: number): void {
    const path = join(this.directory, RECORD);
    if (this.seen !== '') this.requireOwn();
    const { id, identity, training, machine, best, frozen, parameters, extended, resumed, origin, code } = this;
    const { model, data, seed, init, adapter } = identity;
    const { command, every } = this.options;
    const record: RunRecord = {
      ...{ id, status, step, skipped, command, origin, code, every, model, training, data, seed, init, best, frozen },
      ...{ adapter, parameters, ...machine, version: trainVersion(), extended, resumed },
    };
    writeSealed(path, record);
    this.seen = stampOf(path) ?? '';
  }
}

/** Changes whenever a file is written or replaced; null where there is none. */
function stampOf(path: string): string | null {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.dev}:${stat.ino}:${stat.size}:${stat.ctimeNs}` : null;
}

function idIn(path: string): string | null {
  try {
    return readRunRecord(dirname(path)).id;
  } catch (error) {
    if (isTwillError(error)) return null;
    throw error;
  }
}

/** The run in a directory, null where it holds none. */
function findRun(directory: string, resume: boolean): RunRecord | null {
  const there = OWN.filter((name) => existsSync(join(directory, name)));
  if (there.length === 0) return null;
  if (!resume) {
    throw new OptionError(
      `run: ${directory} already holds ${there.join(', ')} of a run; go on with it by --resume, or choose another directory.`,
    );
  }
  if (there.includes(RECORD)) return readRunRecord(directory);
  throw new OptionError(
    `run: ${directory} holds ${there.join(', ')} but no ${RECORD}, so no run can be resumed there; choose another directory.`,
  );
}

/** The settings made whole. What is left out, of a run that goes on is what it was: defaults change, and rules depend on the steps. */
function planned(settings: TrainSettings, before: RunRecord | null, path: string): TrainOptions {
  const { steps = 0 } = before?.training ?? {};
  if (settings.steps < steps) {
    throw new OptionError(
      `run: training.steps is ${steps} in ${path}, which has come to step ${before?.step}, but ${settings.steps} was asked for; give as many or more, or another directory.`,
    );
  }
  return trainOptions({ ...before?.training, ...flatSettings(settings), steps: settings.steps });
}
