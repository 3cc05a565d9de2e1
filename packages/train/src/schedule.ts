// The learning rate of each step.
import { whole } from '@twilljs/tensor';
import { type TrainOptions, trainOptions } from './options.ts';

/** The options that decide the learning rate of each step. */
export type Schedule = Pick<TrainOptions, 'steps' | 'lr' | 'warmup' | 'decay' | 'minRatio'>;

/**
 * Learning rate of a step: with W warm-up steps of S and step s = 0..S-1, lr (s + 1) / W while s < W; after that, with
 * p = (s + 1 - W) / (S - W), lr (m + (1 - m) f(p)), where m is `minRatio` and f(p) = (1 + cos(pi p)) / 2 for cosine,
 * 1 - p for linear, 1 for constant. So the last warm-up step has the peak, and the last step of all m times the peak.
 *
 * @param step counted from 0, below `steps`: beyond, a cosine would rise again.
 * @throws OptionError for another step, and a schedule that cannot be.
 * @example
 * learningRate({ steps: 12, lr: 3, warmup: 3, decay: 'linear', minRatio: 0 }, 11) // => 0
 */
export function learningRate(schedule: Schedule, step: number): number {
  const { steps, lr, warmup, decay, minRatio } = trainOptions(schedule);
  whole('learningRate: step', step, 0, steps - 1);
  if (step < warmup) return (lr * (step + 1)) / warmup;
  const p = (step + 1 - warmup) / (steps - warmup);
  return lr * (minRatio + (1 - minRatio) * shapes[decay](p));
}

const shapes = {
  cosine: (p: number) => (1 + Math.cos(Math.PI * p)) / 2,
  linear: (p: number) => 1 - p,
  constant: () => 1,
};
