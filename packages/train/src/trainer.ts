// The trainer: one optimiser step after the other, and its whole state as a value.
import type { Batch, Batches } from '@twilljs/data';
import { matchWeights, readWeights, writeWeights } from '@twilljs/hub';
import type { LanguageModel } from '@twilljs/hybrid';
import { type ParameterArena, params } from '@twilljs/nn';
import { knownOnly, nextTurn, OptionError, type StepReport, shown, type Tensor } from '@twilljs/tensor';
import type { OptimizerState } from './optimizer.ts';
import { optimizerOf } from './optimizers.ts';
import { type TrainOptions, type TrainSettings, trainOptions } from './options.ts';
import { checkSnapshot, type Snapshot } from './snapshot.ts';
import { TrainingStep } from './step.ts';
import { StepQueue } from './step-queue.ts';
import type { StepRecord } from './step-record.ts';
import { Trainable } from './trainable.ts';
import { checkValidation, isDue, measured, type Validation } from './validation.ts';

/** What is measured on the way, and where records must be exact. */
export interface TrainerRunOptions {
  readonly validation?: Validation;
  /**
   * After which steps the parameters must be those of the record when it is given, on a device that works ahead: for who saves or
   * measures then. The steps of `validation` and the last one are always among them.
   */
  exactAt?(step: number): boolean;
}

/**
 * Trains one model. The model must lie on its device before, and stay there; one call at a time.
 *
 * @throws OptionError naming the setting that cannot be, or where there is no model on a device.
 */
export class Trainer {
  readonly model: LanguageModel;
  readonly options: TrainOptions;
  private readonly arena: ParameterArena;
  private readonly trainable: Trainable;
  private readonly optimizer: OptimizerState;
  private readonly training: TrainingStep;
  private readonly queue: StepQueue;
  /** The call that has not ended yet. */
  private busy: string | null = null;
  private disposed = false;

  constructor(model: LanguageModel, settings: TrainSettings) {
    if (typeof model?.loss !== 'function') {
      throw new OptionError(`train: the model is ${shown(model)}; give a language model, as hybrid(config) makes.`);
    }
    this.model = model;
    this.options = trainOptions(settings);
    this.arena = model.arena;
    this.trainable = new Trainable(this.arena, this.options.groups);
    this.optimizer = optimizerOf(this.options).for(this.trainable);
    const { recompute = false } = settings;
    try {
      this.training = new TrainingStep(model, this.trainable, this.optimizer, { ...this.options, recompute });
    } catch (error) {
      this.optimizer[Symbol.dispose](); // there may be no memory for the gradient
      throw error;
    }
    this.queue = new StepQueue(this.training, this.optimizer, this.options, this.arena.flat.device.limits.stepsAhead);
  }

  /** Parameters that no group trains, by name: nothing is kept for them, and no snapshot holds them. */
  get frozen(): ReadonlyMap<string, Tensor> {
    return new Map([...params(this.model)].filter(([name]) => !this.trainable.named.has(name)));
  }

  /** Steps done: those that the parameters are at. */
  get step(): number {
    return this.queue.progress.step;
  }

  /** Tokens read. */
  get tokens(): number {
    return this.queue.progress.tokens;
  }

  /** Steps that were skipped, of all whose loss is known. */
  get skipped(): number {
    return this.queue.progress.skipped;
  }

  /**
   * All steps that are left. Batch s of the source is step s, so a trainer restored from a snapshot goes on with what it
   * would have read. Stop by leaving the loop.
   *
   * A device may be one step further than the record that is given (`parametersAt`); a snapshot waits for it, and what was not
   * given of it comes first in the next run.
   *
   * @example
   * for await (const { step, loss } of trainer.run(source)) console.log(step, loss);
   */
  async *run(source: Batches, options: TrainerRunOptions = {}): AsyncGenerator<StepRecord, void, void> {
    knownOnly('train: run', options, ['validation', 'exactAt']);
    if (typeof source?.batch !== 'function') {
      throw new OptionError(
        `train: the source is ${shown(source)}; give { B, T, batch(step) }, as windows(...) makes.`,
      );
    }
    const { validation, exactAt = () => false } = options;
    const { steps } = this.options;
    if (validation) checkValidation(validation);
    if (typeof exactAt !== 'function') {
      throw new OptionError(`train: exactAt is ${shown(exactAt)}; give a function of the step.`);
    }
    const measures = (step: number) => validation !== undefined && isDue(validation, step, steps);
    try {
      for (;;) {
        const record = await this.alone('train', () =>
          this.queue.next(source, (step) => measures(step) || exactAt(step)),
        );
        if (!record) return;
        yield measures(record.step) ? { ...record, validation: await measured(validation!, this.model) } : record;
        await nextTurn();
      }
    } finally {
      if (!this.busy) await this.queue.drain();
    }
  }

  /**
   * One step: the mean loss over the labels of the batch, its gradient, clipping, the update. Into how many micro-batches the
   * rows are cut changes rounding only.
   *
   * @throws OptionError when the plan has no step left, the batch asks for nothing or the micro-batches do not divide its rows;
   * DivergenceError after `maxSkips` skips in a row, and when not one step of the whole plan had a finite loss and gradient.
   */
  train(batch: Batch): Promise<StepRecord> {
    return this.alone('train', async () => {
      await this.queue.drain();
      this.requireReady('train'); // the caller had its turn meanwhile
      return this.queue.one(batch);
    });
  }

  /** What its recorded step runs, op by op. @throws OptionError before the third step, which is the first to replay. */
  inspect(): StepReport {
    return this.training.inspect();
  }

  /** Everything that the steps change, and the next ones depend on, on the host. */
  snapshot(): Promise<Snapshot> {
    return this.alone('snapshot', async () => {
      await this.queue.drain();
      this.requireReady('snapshot');
      const { step, tokens, skipped, skippedInARow } = this.queue.progress;
      const { updates, ...moments } = await this.optimizer.state();
      return {
        counters: { step, tokens, updates, skipped, skippedInARow },
        parameters: await readWeights(this.trainable.named),
        ...moments,
      };
    });
  }

  /**
   * Goes back, or on, to a snapshot of the same model, by the same optimiser and groups.
   *
   * @param where where it comes from, for messages.
   * @throws FileError when it is of another model or a longer run, or contradicts itself; nothing is changed then.
   */
  restore(snapshot: Snapshot, where = 'snapshot'): void {
    this.requireFree('restore');
    this.requireReady('restore');
    checkSnapshot(snapshot, this.options.steps, where);
    const { counters, parameters, ...moments } = snapshot;
    const targets = this.trainable.named;
    const matched = matchWeights(targets, parameters, where);
    this.optimizer.load({ updates: counters.updates, ...moments }, where);
    writeWeights(targets, matched);
    const { updates: _, ...progress } = counters;
    this.queue.reset(progress);
  }

  /** Gives back the moments; the model stays. */
  [Symbol.dispose](): void {
    this.disposed = true;
    this.training[Symbol.dispose]();
    this.optimizer[Symbol.dispose]();
  }

  /** Runs a call while no other one may: two steps at once would take the same learning rate twice. */
  private async alone<T>(call: string, run: () => Promise<T>): Promise<T> {
    this.requireFree(call);
    this.requireReady(call);
    this.busy = call;
    try {
      return await run();
    } finally {
      this.busy = null;
    }
  }

  private requireFree(call: string): void {
    if (!this.busy) return;
    throw new OptionError(`${call}: ${this.busy}() of this trainer has not ended; await it before the next call.`);
  }

  /** The moments belong to the arena in which the model lay when the trainer was made. */
  private requireReady(call: string): void {
    if (this.disposed) throw new OptionError(`${call}: the trainer was disposed of; make a new Trainer.`);
    if (this.model.arena !== this.arena) {
      throw new OptionError(
        `${call}: the model was moved to ${this.model.device.name} after this trainer was made; make the Trainer after model.to(device).`,
      );
    }
    if (this.arena.flat.held().length > 0) return;
    throw new OptionError(`${call}: the memory of the model was given back; make a new model and a new Trainer.`);
  }
}
