// What weights are drawn from is checked before the first of them.
import { OptionError } from '@twilljs/tensor';
import { expect, it } from 'vitest';
import { initializer } from './initializer.ts';

it.each([Number.NaN, -0.1, Number.POSITIVE_INFINITY, '0.02', null])('refuses a deviation of %s', (std) => {
  expect(() => initializer(0, std as number)).toThrow(OptionError);
});

it.each([Number.NaN, 0.5, '1', undefined])('refuses a seed of %s', (seed) => {
  expect(() => initializer(seed as number)).toThrow(OptionError);
});
