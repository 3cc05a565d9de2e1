// results.json of a sweep: what every cell found, in the order of the grid. The report is drawn from this file alone.
import type { SweepSpec } from './sweep-spec.ts';

/** Layout of the file; a reader refuses another one. */
export const RESULTS_VERSION = 1;

/** Contexts, in tokens, at which the bytes of state are counted. */
export const STATE_CONTEXTS = [1024, 4096, 32768] as const;

/** Bits per byte of the targets at positions [from, to) of the windows. */
export interface PositionLoss {
  readonly from: number;
  readonly to: number;
  readonly bitsPerByte: number;
}

/**
 * One cell. Nothing in it depends on the time or on interruptions, but `tokensPerSecond`. A cell that failed has `failed`,
 * the counts of its model where the model could be made (else 0), and what it measured before that.
 */
export interface SweepCellResult {
  /** Unique in the sweep, and the name of its run directory under `cells/`. */
  readonly name: string;
  readonly task: 'recall' | 'language';
  /** `--mixer` name; `attention` is the Transformer. */
  readonly mixer: string;
  /** `pure`, or r of the period convention: layer i is softmax iff (i+1) % r == 0. The Transformer is `pure`. */
  readonly ratio: 'pure' | `${number}`;
  readonly layers: number;
  readonly seed: number;
  /** What tables call it: `HGRN2, 1 in 4 full`. */
  readonly title: string;
  /** Run directory, relative to the sweep's. */
  readonly directory: string;
  readonly parameters: number;
  /** Without the token embedding and the head. */
  readonly nonEmbeddingParameters: number;
  /** Forward, at the length of the training rows. */
  readonly flopsPerToken: number;
  /** Of one sequence, f32: tokens of context -> bytes. */
  readonly stateBytes: Readonly<Record<(typeof STATE_CONTEXTS)[number], number>>;
  /** In training, on the machine that ran it: of the step in the middle of the order. */
  readonly tokensPerSecond: number;
  /** Training loss, nats per label: [step, loss] of every step. */
  readonly losses: readonly (readonly [number, number])[];
  /** Of a recall cell: pairs -> accuracy. */
  readonly recall?: Readonly<Record<number, number>>;
  /** Of a language cell, on text kept from training. */
  readonly bitsPerByte?: number;
  readonly bitsByPosition?: readonly PositionLoss[];
  /** Why the cell has no (complete) result. */
  readonly failed?: string;
}

export interface SweepResults {
  readonly version: typeof RESULTS_VERSION;
  readonly spec: SweepSpec;
  readonly cells: readonly SweepCellResult[];
}
