// results.json of a sweep: what every cell found, in the order of the grid. The report is drawn from this file alone.
import type { STATE_CONTEXTS } from '@twilljs/eval';
import type { SweepSpec } from './spec.ts';

/** Layout of the file; a reader refuses another one. */
export const RESULTS_VERSION = 1;

/** Of a training curve, at most: enough for any picture, so that a long sweep has a file that can be read. */
export const LOSS_POINTS = 1000;

/** Step, counted from 1, and training loss in nats per label. */
export type LossPoint = readonly [step: number, loss: number];

/** Bits per byte of the targets at positions [from, to) of the windows. */
export interface PositionLoss {
  readonly from: number;
  readonly to: number;
  readonly bitsPerByte: number;
}

/**
 * One cell. Nothing in it depends on the time, on the machine's speed or on interruptions. A cell that failed has `failed`, the counts of its model where the model could be made (else 0), and what it measured before that.
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
  /** Of every step; of more than `LOSS_POINTS` so many means. */
  readonly losses: readonly LossPoint[];
  /** Steps without a finite loss or gradient, which changed nothing; absent where there were none. */
  readonly skipped?: number;
  /** Of a recall cell: pairs -> accuracy. */
  readonly recall?: Readonly<Record<number, number>>;
  /** Of a language cell, on text kept from training. */
  readonly bitsPerByte?: number;
  readonly bitsByPosition?: readonly PositionLoss[];
  /** Of a language cell: how many bits per byte less a passage costs when it comes again; null where the text is too short. */
  readonly copyGain?: number | null;
  /** Why the cell has no (complete) result. */
  readonly failed?: string;
}

export interface SweepResults {
  readonly version: typeof RESULTS_VERSION;
  readonly spec: SweepSpec;
  readonly cells: readonly SweepCellResult[];
}

/** A curve of at most `count` points: means of equal parts. */
export function thinned(curve: readonly LossPoint[], count: number): readonly LossPoint[] {
  if (curve.length <= count) return curve;
  return Array.from({ length: count }, (_, i) => {
    const part = curve.slice(Math.floor((i * curve.length) / count), Math.floor(((i + 1) * curve.length) / count));
    const mean = (of: 0 | 1) => part.reduce((sum, point) => sum + point[of], 0) / part.length;
    return [mean(0), mean(1)];
  });
}
