// The learning rate of each step.
import type { TrainOptions } from './options.ts';

export type Schedule = Pick<TrainOptions, 'steps' | 'lr' | 'warmup' | 'decay' | 'decayFrom' | 'minRatio'>;

/**
 * Learning rate of a step: with W warm-up steps of S and step s = 0..S-1,
 *
 *     lr min(1, (s + 1) / W) (m + (1 - m) f(p)),   p = max(0, (s + 1 - W) / (S - W)), or (s + 1) / S from the start,
 *
 * where m is `minRatio` and f(p) = (1 + cos(pi p)) / 2 for cosine, 1 - p for linear, 1 for constant. The last step has m
 * times the peak.
 *
 * @param step counted from 0.
 * @example
 * learningRate({ steps: 12, lr: 3, warmup: 3, decay: 'linear', decayFrom: 'warmup', minRatio: 0 }, 11) // => 0
 */
export function learningRate({ steps, lr, warmup, decay, decayFrom, minRatio }: Schedule, step: number): number {
  const from = decayFrom === 'warmup' ? warmup : 0;
  const p = Math.max(0, (step + 1 - from) / (steps - from || 1));
  const rise = step < warmup ? (step + 1) / warmup : 1;
  return lr * rise * (minRatio + (1 - minRatio) * shapes[decay](p));
}

const shapes = {
  cosine: (p: number) => (1 + Math.cos(Math.PI * p)) / 2,
  linear: (p: number) => 1 - p,
  constant: () => 1,
};
