// Learning rates against those recorded with the goldens, and at the borders of the schedule.
import { readFileSync } from 'node:fs';
import { readTrainGolden } from '@twilljs/parity';
import { OptionError } from '@twilljs/tensor';
import { expect, it } from 'vitest';
import { trainOptions } from './options.ts';
import { learningRate } from './schedule.ts';

const golden = readTrainGolden(
  readFileSync(new URL('../../../golden/models/transformer/train.safetensors', import.meta.url)),
);

it('is the learning rate of the goldens, step by step', () => {
  const { steps, lr, warmup, min_ratio } = golden.attrs as Record<string, number>;
  const options = trainOptions({ steps, lr, warmup, minRatio: min_ratio });
  expect(golden.lr).toHaveLength(12);
  golden.lr.forEach((expected, step) => {
    expect(learningRate(options, step) / expected).toBeCloseTo(1, 14);
  });
});

it('rises to the peak, falls to the floor, and stays where it is constant', () => {
  const at = (decay: 'cosine' | 'linear' | 'constant', step: number) =>
    learningRate({ steps: 10, lr: 8, warmup: 2, decay, minRatio: 0.25 }, step);
  expect([0, 1, 5, 9].map((step) => at('linear', step))).toEqual([4, 8, 5, 2]);
  expect([0, 1, 5, 9].map((step) => at('cosine', step))).toEqual([4, 8, 5, 2]);
  expect([0, 1, 5, 9].map((step) => at('constant', step))).toEqual([4, 8, 8, 8]);
});

it('has a peak at once without warm-up, and no decay when all of the run is warm-up', () => {
  const schedule = { steps: 4, lr: 1, decay: 'linear', minRatio: 0 } as const;
  expect([0, 1, 2, 3].map((s) => learningRate({ ...schedule, warmup: 0 }, s))).toEqual([0.75, 0.5, 0.25, 0]);
  expect([0, 1, 2, 3].map((s) => learningRate({ ...schedule, warmup: 4 }, s))).toEqual([0.25, 0.5, 0.75, 1]);
});

it('fills in a warm-up of a tenth of the steps, at most 100', () => {
  expect([5, 300, 1e5].map((steps) => trainOptions({ steps }).warmup)).toEqual([0, 30, 100]);
});

it('has no rate beyond its last step, where a cosine would rise again', () => {
  const plan = { steps: 10, lr: 1, warmup: 1, decay: 'cosine', minRatio: 0 } as const;
  expect(learningRate(plan, 9)).toBeCloseTo(0, 15);
  for (const step of [10, 15, -1, 0.5, Number.NaN]) expect(() => learningRate(plan, step)).toThrow(`step is ${step}`);
  expect(() => learningRate({ ...plan, decay: 'cosin' as never }, 3)).toThrow('decay is "cosin" where "cosine"');
});

it('refuses options that cannot be', () => {
  expect(() => trainOptions({ steps: 20, warmup: 50 })).toThrowErrorMatchingInlineSnapshot(
    `[OptionError: train: warmup is 50 but the run has 20 steps; give at most 20.]`,
  );
  expect(() => trainOptions({ steps: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[OptionError: train: steps is 0 where an integer from 1 to 2147483648 is needed; correct it.]`,
  );
  expect(() => trainOptions({ steps: 1, beta2: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[OptionError: train: beta2 is 1 where a number from 0 up to 0.9999999 is needed; correct it.]`,
  );
  expect(() => trainOptions({ steps: 1, learningRate: 1 } as never)).toThrowErrorMatchingInlineSnapshot(
    `[OptionError: train: there is no option learningRate; it has steps, lr, warmup, decay, minRatio, optimizer, beta1, beta2, eps, weightDecay, decayed, momentum, nesterov, adjustLrFn, nsSteps, nsCoefficients, nsEps, maxNorm, microBatches, maxSkips, recompute, groups.]`,
  );
});

it('refuses a schedule that cannot be, and a step beyond it', () => {
  const schedule = { steps: 4, lr: 1, warmup: 0, decay: 'linear', minRatio: 0 } as const;
  const rate = (change: object, step: unknown = 0) => learningRate({ ...schedule, ...change }, step as number);
  expect(() => rate({ decay: 'toString' })).toThrow(/decay is "toString" where "cosine", "linear"/);
  expect(() => rate({ warmup: 5 })).toThrow(/warmup is 5 but the run has 4 steps/);
  expect(() => rate({ lr: Number.NaN })).toThrow(/lr is NaN where a number/);
  for (const step of [-1, 4, 1.5, '0', null]) expect(() => rate({}, step)).toThrow(OptionError);
  expect(() => learningRate(null as never, 0)).toThrow(OptionError);
});
