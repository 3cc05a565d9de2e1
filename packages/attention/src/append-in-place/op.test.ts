// appendInPlace on every device: a ring of rows, against a plain array.
import { cpu, type Device, parameter, type Tensor, tensor, zeros } from '@twilljs/tensor';
import { noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { describe, expect, it } from 'vitest';
import { kernels } from '../wasm.ts';
import { appendInPlace } from './op.ts';

const fast = await wasm({ kernels });
const devices: [string, Device][] = [
  ['cpu', cpu()],
  ['cpu-f64', cpu({ float: 'f64' })],
  ['wasm', fast],
];
const at = (position: number, device: Device) => tensor(Int32Array.of(position), [1], { device });

describe.each(devices)('appendInPlace on %s', (_, device) => {
  it.each([
    [1, 1, [1]],
    [2, 4, [3, 5]],
    [3, 5, [2, 150]],
  ])('keeps the last rows of %i sequences in a ring of %i', async (B, C, rest) => {
    const row = rest.reduce((a, b) => a * b, 1);
    const expected = noise(B * C * row, 1).map(Math.fround);
    const buffer = tensor(expected, [B, C, ...rest], { device });
    for (let position = 0; position < 2 * C + 1; position++) {
      const x = noise(B * row, 2 + position).map(Math.fround);
      for (let b = 0; b < B; b++) {
        expected.set(x.subarray(b * row, (b + 1) * row), (b * C + (position % C)) * row);
      }
      const returned = appendInPlace(buffer, tensor(x, [B, 1, ...rest], { device }), at(position, device));
      expect(Float64Array.from(await buffer.data())).toEqual(expected);
      expect(await returned.data()).toEqual(await buffer.data());
    }
  });

  it('takes the largest position', async () => {
    const buffer = zeros([1, 4, 1], { device });
    appendInPlace(buffer, tensor([5], [1, 1, 1], { device }), at(2 ** 31 - 1, device));
    expect([...(await buffer.data())]).toEqual([0, 0, 0, 5]);
  });
});

it('runs by its kernel', () => expect([...fast.fallbacks.keys()]).toEqual([]));

describe('what it refuses', () => {
  const position = tensor(Int32Array.of(0), [1]);
  it.each<[number[], number[], string]>([
    [[2, 4, 3], [2, 2, 3], 'buffer [2,4,3] and x [2,2,3] are not [B,C,...] and [B,1,...]; reshape one of them.'],
    [[2, 4, 3], [1, 1, 3], 'buffer [2,4,3] and x [1,1,3] are not [B,C,...] and [B,1,...]; reshape one of them.'],
    [[2, 0, 3], [2, 1, 3], 'buffer [2,0,3] and x [2,1,3] are not [B,C,...] and [B,1,...]; reshape one of them.'],
    [[2], [2, 1], 'buffer [2] and x [2,1] are not [B,C,...] and [B,1,...]; reshape one of them.'],
  ])('[%s] and [%s]', (buffer, x, message) => {
    expect(() => appendInPlace(zeros(buffer), zeros(x), position)).toThrow(`appendInPlace: ${message}`);
  });

  it('more than one position, one that is none, and a gradient', () => {
    const call = (p: Tensor, x = zeros([1, 1, 2])) => appendInPlace(zeros([1, 3, 2]), x, p);
    const two = tensor(Int32Array.of(0, 1), [2]);
    expect(() => call(two)).toThrow('appendInPlace: position [2] is not one number; give [1].');
    expect(() => call(tensor(Int32Array.of(-1), [1]))).toThrow(
      'appendInPlace: position -1 lies outside 2147483648 positions',
    );
    expect(() => call(zeros([1]))).toThrow('appendInPlace: position [1] holds f32 where i32 ids belong');
    expect(() => call(position, parameter(zeros([1, 1, 2])))).toThrow('appendInPlace: it writes its buffer in place');
  });
});
