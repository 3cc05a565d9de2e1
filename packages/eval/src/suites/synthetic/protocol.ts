// A benchmark that is trained for: tasks at several settings, each with several learning rates and decays, whose best results make one score.
import type { TaskFamily } from '../../task-family.ts';

type Options = Readonly<Record<string, number | string | boolean>>;

/** One difficulty of a task of a protocol. */
export interface ProtocolSetting {
  /** Tells the settings of a task apart, such as `length-256`; `baseline` for the first. */
  readonly name: string;
  /** Options beside the task's own defaults. */
  readonly data: Options;
  readonly steps: number;
}

/** A task of a protocol with all its settings. */
export interface ProtocolTask {
  readonly task: TaskFamily;
  /** In tables: `Recall`. */
  readonly label: string;
  readonly settings: readonly ProtocolSetting[];
}

/** A score of an architecture: of each setting the best over learning rates and decays, of each task the mean, and the mean of those. */
export interface Protocol {
  /** `mad`. */
  readonly name: string;
  /** `MAD`. */
  readonly title: string;
  readonly tasks: readonly ProtocolTask[];
  readonly learningRates: readonly number[];
  readonly weightDecays: readonly number[];
  readonly seed: number;
  /** Training at a learning rate, without steps and decay. */
  training(lr: number): Options;
  /** Width, blocks and what else all of its models have. */
  readonly model: Readonly<Record<string, number>>;
  /** What was published: where, and of each model the scores of the tasks in their order, from 0 to 1. */
  readonly published: { readonly source: string; readonly scores: Readonly<Record<string, readonly number[]>> };
}
