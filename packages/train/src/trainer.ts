// The trainer: one optimiser step after the other, and its whole state as a value.
import type { Batch, Batches } from '@twilljs/data';
import { nextTurn } from '@twilljs/eval';
import { matchWeights, readWeights, writeWeights } from '@twilljs/hub';
import type { LanguageModel } from '@twilljs/hybrid';
import { clipGradNorm, params } from '@twilljs/nn';
import { detach, grad, keep, OptionError, packArena, release, scope, type Tensor, untracked } from '@twilljs/tensor';
import { DivergenceError } from './errors.ts';
import { AdamW } from './optimizer.ts';
import { type TrainOptions, type TrainSettings, trainOptions } from './options.ts';
import { learningRate } from './schedule.ts';
import type { Snapshot } from './snapshot.ts';

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
}

/** Trains one model. The model must lie on its device before. */
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
  private readonly optimizer: AdamW;

  constructor(model: LanguageModel, settings: TrainSettings) {
    this.model = model;
    this.options = trainOptions(settings);
    this.optimizer = new AdamW(model.arena, this.options);
  }

  /**
   * All steps that are left. Batch s of the source is step s, so a trainer restored from a snapshot goes on with what it
   * would have read. Stop by leaving the loop.
   *
   * @example
   * for await (const { step, loss } of trainer.run(source)) console.log(step, loss);
   */
  async *run(source: Batches): AsyncGenerator<StepRecord, void, void> {
    while (this.step < this.options.steps) {
      yield await this.train(source.batch(this.step));
      await nextTurn();
    }
  }

  /**
   * One step: the mean over the micro-batches of their mean losses per label, its gradient, clipping, AdamW.
   *
   * @throws OptionError when the micro-batches do not divide the rows; DivergenceError after `maxSkips` skips in a row.
   */
  async train(batch: Batch): Promise<StepRecord> {
    const start = performance.now();
    const lr = learningRate(this.options, this.step);
    const result = keep(scope(() => this.forwardBackward(batch)));
    let loss: number;
    let gradNorm: number;
    try {
      [loss, gradNorm] = await Promise.all([result.loss.item(), result.norm.item()]);
      if (Number.isFinite(loss) && Number.isFinite(gradNorm)) {
        this.optimizer.update(result.grad, lr);
        this.skippedInARow = 0;
      } else {
        this.skipped++;
        this.skippedInARow++;
      }
    } finally {
      release(result);
    }
    this.step++;
    this.tokens += batch.B * batch.T;
    const { step, tokens, skippedInARow, options } = this;
    if (skippedInARow === options.maxSkips) throw new DivergenceError(skippedInARow, step, loss, gradNorm, lr);
    const tokensPerSecond = (1000 * batch.B * batch.T) / (performance.now() - start);
    return { step, loss, lr, gradNorm, tokens, tokensPerSecond, skipped: skippedInARow > 0 };
  }

  private forwardBackward(batch: Batch): { loss: Tensor; grad: Tensor; norm: Tensor } {
    const { arena } = this.model;
    const { microBatches, maxNorm } = this.options;
    const parts = rowsOf(batch, microBatches).map(({ inputs, labels, B, T }) =>
      scope(() => {
        const loss = this.model.loss({ data: inputs, shape: [B, T] }, { data: labels, shape: [B, T] });
        const gradient = packArena(grad(loss, arena.tensors), arena);
        return { loss: detach(loss), gradient };
      }),
    );
    return untracked(() => {
      const mean = (xs: Tensor[]) => (xs.length === 1 ? xs[0] : xs.reduce((a, b) => a.add(b)).mul(1 / xs.length));
      const loss = mean(parts.map((part) => part.loss));
      return { loss, ...clipGradNorm(mean(parts.map((part) => part.gradient)), maxNorm) };
    });
  }

  /** Everything that the next steps depend on, on the host. */
  async snapshot(): Promise<Snapshot> {
    const { step, tokens, skipped, skippedInARow, optimizer } = this;
    return {
      counters: { step, tokens, updates: optimizer.updates, skipped, skippedInARow },
      parameters: await readWeights(params(this.model)),
      m: await readWeights(optimizer.m),
      v: await readWeights(optimizer.v),
    };
  }

  /**
   * Goes back, or on, to a snapshot of the same model.
   *
   * @param where where it comes from, for messages.
   * @throws FileError when it is of another model.
   */
  restore({ counters, parameters, m, v }: Snapshot, where = 'snapshot'): void {
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
    this.optimizer[Symbol.dispose]();
  }
}

/** Equal parts of the rows of a batch. */
function rowsOf({ inputs, labels, B, T }: Batch, parts: number): Batch[] {
  if (B % parts !== 0) {
    throw new OptionError(
      `train: microBatches is ${parts} but the batch has ${B} rows, which it does not divide; choose a divisor of ${B}.`,
    );
  }
  const rows = B / parts;
  return Array.from({ length: parts }, (_, i) => {
    const [from, to] = [i * rows * T, (i + 1) * rows * T];
    return { inputs: inputs.subarray(from, to), labels: labels.subarray(from, to), B: rows, T };
  });
}
