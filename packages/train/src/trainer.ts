// The trainer: one optimiser step after the other, and its whole state as a value.
import type { Batch, Batches } from '@twilljs/data';
import { type JsonObject, matchWeights, readWeights, writeWeights } from '@twilljs/hub';
import type { LanguageModel } from '@twilljs/hybrid';
import { clipGradNorm, type ParameterArena, params } from '@twilljs/nn';
import {
  detach,
  grad,
  keep,
  knownOnly,
  nextTurn,
  OptionError,
  packArena,
  release,
  scope,
  shown,
  type Tensor,
  untracked,
} from '@twilljs/tensor';
import { DivergenceError } from './errors.ts';
import { microBatches } from './micro-batches.ts';
import { AdamW } from './optimizer.ts';
import { type TrainOptions, type TrainSettings, trainOptions } from './options.ts';
import { learningRate } from './schedule.ts';
import { checkSnapshot, type Snapshot } from './snapshot.ts';
import { checkValidation, measured, type Validation } from './validation.ts';

/** What is known after a step. */
export interface StepRecord {
  /** Steps done, this one included: 1, 2, ... */
  readonly step: number;
  /** Mean cross-entropy of the batch before the step, nats per label. */
  readonly loss: number;
  readonly lr: number;
  /** Global norm of the gradient before clipping. */
  readonly gradNorm: number;
  /** Tokens read by all steps so far. */
  readonly tokens: number;
  readonly tokensPerSecond: number;
  /** The loss or the gradient was not finite, so the parameters stayed as they were. */
  readonly skipped: boolean;
  /** What was measured after the step, where that was due. */
  readonly validation?: JsonObject;
}

/**
 * Trains one model. The model must lie on its device before, and stay there; one call at a time.
 *
 * @throws OptionError naming the setting that cannot be, or where there is no model on a device.
 */
export class Trainer {
  readonly model: LanguageModel;
  readonly options: TrainOptions;
  /** Steps done. */
  step = 0;
  /** Tokens read. */
  tokens = 0;
  /** Steps that were skipped, in all and since the last one that was not. */
  skipped = 0;
  private skippedInARow = 0;
  private readonly arena: ParameterArena;
  private readonly optimizer: AdamW;
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
    this.optimizer = new AdamW(this.arena, this.options);
  }

  /**
   * All steps that are left. Batch s of the source is step s, so a trainer restored from a snapshot goes on with what it
   * would have read. Stop by leaving the loop.
   *
   * @example
   * for await (const { step, loss } of trainer.run(source)) console.log(step, loss);
   */
  async *run(
    source: Batches,
    options: { readonly validation?: Validation } = {},
  ): AsyncGenerator<StepRecord, void, void> {
    knownOnly('train: run', options, ['validation']);
    if (typeof source?.batch !== 'function') {
      throw new OptionError(
        `train: the source is ${shown(source)}; give { B, T, batch(step) }, as windows(...) makes.`,
      );
    }
    const { validation } = options;
    const { steps } = this.options;
    if (validation) checkValidation(validation);
    while (this.step < steps) {
      const record = await this.train(source.batch(this.step));
      const isDue =
        validation &&
        (record.step === steps || (validation.every !== undefined && record.step % validation.every === 0));
      yield isDue ? { ...record, validation: await measured(validation, this.model) } : record;
      await nextTurn();
    }
  }

  /**
   * One step: the mean loss over the labels of the batch, its gradient, clipping, AdamW. Into how many micro-batches the
   * rows are cut changes rounding only.
   *
   * @throws OptionError when the plan has no step left, the batch asks for nothing or the micro-batches do not divide its rows;
   * DivergenceError after `maxSkips` skips in a row, and when not one step of the whole plan had a finite loss and gradient.
   */
  train(batch: Batch): Promise<StepRecord> {
    return this.alone('train', async () => {
      const start = performance.now();
      const { step: at, options } = this;
      if (at >= options.steps) {
        throw new OptionError(
          `train: all ${options.steps} steps of the plan are done; make a Trainer with more steps.`,
        );
      }
      const lr = learningRate(options, at);
      const { loss, gradNorm, skipped } = await this.advance(batch, lr);
      this.step++;
      this.tokens += batch.B * batch.T;
      const { step, tokens, skippedInARow } = this;
      const tokensPerSecond = (1000 * batch.B * batch.T) / (performance.now() - start);
      const record = { step, loss, lr, gradNorm, tokens, tokensPerSecond, skipped };
      const learnedNothing = step === options.steps && this.optimizer.updates === 0;
      if (skippedInARow >= options.maxSkips || learnedNothing) throw new DivergenceError(skippedInARow, record);
      return record;
    });
  }

  /** Moves the parameters, unless loss or gradient are not finite. */
  private async advance(batch: Batch, lr: number): Promise<Pick<StepRecord, 'loss' | 'gradNorm' | 'skipped'>> {
    const result = keep(scope(() => this.forwardBackward(batch)));
    try {
      const [loss, gradNorm] = await Promise.all([result.loss.item(), result.norm.item()]);
      this.requireReady('train'); // the caller had its turn meanwhile
      const skipped = !(Number.isFinite(loss) && Number.isFinite(gradNorm));
      if (!skipped) this.optimizer.update(result.grad, lr);
      this.skipped += Number(skipped);
      this.skippedInARow = skipped ? this.skippedInARow + 1 : 0;
      return { loss, gradNorm, skipped };
    } finally {
      release(result);
    }
  }

  private forwardBackward(batch: Batch): { loss: Tensor; grad: Tensor; norm: Tensor } {
    const { arena } = this;
    const parts = microBatches(batch, this.options.microBatches).map(({ inputs, labels, B, T, weight }) =>
      scope(() => {
        const loss = this.model.loss({ data: inputs, shape: [B, T] }, { data: labels, shape: [B, T] }, weight);
        const gradient = packArena(grad(loss, arena.tensors), arena);
        return { loss: detach(loss), gradient };
      }),
    );
    return untracked(() => {
      const mean = (xs: Tensor[]) => (xs.length === 1 ? xs[0] : xs.reduce((a, b) => a.add(b)).mul(1 / xs.length));
      const loss = mean(parts.map((part) => part.loss));
      return { loss, ...clipGradNorm(mean(parts.map((part) => part.gradient)), this.options.maxNorm) };
    });
  }

  /** Everything that the next steps depend on, on the host. */
  snapshot(): Promise<Snapshot> {
    return this.alone('snapshot', async () => {
      const { step, tokens, skipped, skippedInARow, optimizer } = this;
      return {
        counters: { step, tokens, updates: optimizer.updates, skipped, skippedInARow },
        parameters: await readWeights(params(this.model)),
        m: await readWeights(optimizer.m),
        v: await readWeights(optimizer.v),
      };
    });
  }

  /**
   * Goes back, or on, to a snapshot of the same model.
   *
   * @param where where it comes from, for messages.
   * @throws FileError when it is of another model or a longer run, or contradicts itself; nothing is changed then.
   */
  restore(snapshot: Snapshot, where = 'snapshot'): void {
    this.requireFree('restore');
    this.requireReady('restore');
    checkSnapshot(snapshot, this.options.steps, where);
    const { counters, parameters, m, v } = snapshot;
    const { optimizer } = this;
    const targets = [params(this.model), optimizer.m, optimizer.v];
    const matched = [parameters, m, v].map((stored, i) => matchWeights(targets[i], stored, where));
    targets.forEach((target, i) => {
      writeWeights(target, matched[i]);
    });
    this.step = counters.step;
    this.tokens = counters.tokens;
    this.skipped = counters.skipped;
    this.skippedInARow = counters.skippedInARow;
    optimizer.updates = counters.updates;
  }

  /** Gives back the moments; the model stays. */
  [Symbol.dispose](): void {
    this.disposed = true;
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
