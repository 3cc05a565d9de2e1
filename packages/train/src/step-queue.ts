// Steps that a device was asked for, what is read of them, and how far they came.
import type { Batch, Batches } from '@twilljs/data';
import { OptionError } from '@twilljs/tensor';
import { DivergenceError } from './errors.ts';
import type { OptimizerState } from './optimizer.ts';
import type { TrainOptions } from './options.ts';
import { learningRate } from './schedule.ts';
import type { StepResult, TrainingStep } from './step.ts';
import type { StepRecord } from './step-record.ts';

/** A step that the device was asked for. */
interface Asked {
  readonly record: Pick<StepRecord, 'step' | 'lr' | 'tokens'>;
  readonly positions: number;
  /** When, in milliseconds. */
  readonly at: number;
  readonly result: Promise<StepResult>;
}

/** A step that was read. */
interface Outcome {
  readonly record: Omit<StepRecord, 'parametersAt'>;
  readonly skippedInARow: number;
  readonly hasDiverged: boolean;
}

/** How far a plan came. */
export interface Progress {
  step: number;
  tokens: number;
  /** Of the steps that were read: all that were skipped, and those since the last one that was not. */
  skipped: number;
  skippedInARow: number;
}

/** The steps of a plan, in order. Those that the device was asked for count as done: it does nothing before them. */
export class StepQueue {
  progress: Progress = { step: 0, tokens: 0, skipped: 0, skippedInARow: 0 };
  private readonly training: TrainingStep;
  private readonly optimizer: OptimizerState;
  private readonly options: TrainOptions;
  private readonly stepsAhead: number;
  private readonly asked: Asked[] = [];
  /** Read, and not given yet. */
  private readonly outcomes: Outcome[] = [];
  /** When a step was last read. */
  private readAt = 0;

  constructor(training: TrainingStep, optimizer: OptimizerState, options: TrainOptions, stepsAhead: number) {
    this.training = training;
    this.optimizer = optimizer;
    this.options = options;
    this.stepsAhead = stepsAhead;
  }

  /** Steps whose records were not given. */
  private get open(): number {
    return this.asked.length + this.outcomes.length;
  }

  /**
   * The next record; null where none is left.
   *
   * @param isExact whether the parameters must be those of a step when its record is given.
   * @throws DivergenceError instead of the record of the step that was one too many.
   */
  async next(source: Batches, isExact: (step: number) => boolean): Promise<StepRecord | null> {
    const mayAsk = () => this.open === 0 || (this.open <= this.stepsAhead && !isExact(this.progress.step));
    while (this.progress.step < this.options.steps && mayAsk()) {
      try {
        this.ask(source.batch(this.progress.step));
      } catch (error) {
        if (this.open === 0) throw error;
        break; // the steps before it come first
      }
    }
    return this.open === 0 ? null : this.given(this.outcomes.shift() ?? (await this.read()));
  }

  /** The record of a step for a batch, when all others were read. @throws as `next`, and OptionError when the plan has no step left. */
  async one(batch: Batch): Promise<StepRecord> {
    this.ask(batch);
    return this.given(await this.read());
  }

  /** Waits for all steps that the device was asked for. */
  async drain(): Promise<void> {
    while (this.asked.length > 0) this.outcomes.push(await this.read());
  }

  /** Goes on from elsewhere. */
  reset(progress: Progress): void {
    this.asked.length = 0;
    this.outcomes.length = 0;
    this.progress = progress;
  }

  private ask(batch: Batch): void {
    const { options, progress } = this;
    if (progress.step >= options.steps) {
      throw new OptionError(`train: all ${options.steps} steps of the plan are done; make a Trainer with more steps.`);
    }
    const at = performance.now();
    const lr = learningRate(options, progress.step);
    const result = this.training.take(batch, lr);
    const positions = batch.B * batch.T;
    progress.step++;
    progress.tokens += positions;
    this.asked.push({ record: { step: progress.step, lr, tokens: progress.tokens }, positions, at, result });
    result.catch(() => {}); // what fails is thrown where it is awaited, which may be later
  }

  /** Waits for the oldest step that was not read. */
  private async read(): Promise<Outcome> {
    const { record, positions, at, result } = this.asked.shift()!;
    const { loss, norm: gradNorm } = await result;
    const { progress, optimizer } = this;
    const skipped = !(Number.isFinite(loss) && Number.isFinite(gradNorm));
    if (skipped) optimizer.skipped();
    progress.skipped += Number(skipped);
    progress.skippedInARow = skipped ? progress.skippedInARow + 1 : 0;
    const now = performance.now();
    const tokensPerSecond = (1000 * positions) / (now - Math.max(at, this.readAt));
    this.readAt = now;
    const { skippedInARow } = progress;
    const { step, lr, tokens } = record;
    const { steps, maxSkips } = this.options;
    const learnedNothing = step === steps && optimizer.updates === 0;
    return {
      record: { step, loss, lr, gradNorm, tokens, tokensPerSecond, skipped }, // in the order of metrics.jsonl
      skippedInARow,
      hasDiverged: skippedInARow >= maxSkips || learnedNothing,
    };
  }

  private async given({ record, skippedInARow, hasDiverged }: Outcome): Promise<StepRecord> {
    if (hasDiverged) await this.drain();
    const given = { ...record, parametersAt: this.progress.step };
    if (hasDiverged) throw new DivergenceError(skippedInARow, given);
    return given;
  }
}
