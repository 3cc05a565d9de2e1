// What a tensor looks like in a terminal.
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { zeros } from './create.ts';
import { release } from './scope.ts';

it('is printed in a line: shape, type and device', () => {
  const x = zeros([2, 3]);
  expect(inspect({ x })).toBe('{ x: Tensor [2,3] f32 on cpu }');
  release(x);
  expect(inspect(x)).toBe('Tensor [2,3] f32 on cpu, given back');
});
