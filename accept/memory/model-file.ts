// Model directories of any size with made-up weights, written without being in memory.
import { type DistantTensor, storedTypes } from '@twilljs/hub';
import { writeModelDirectory } from '@twilljs/hub/node';
import { hybrid } from '@twilljs/hybrid';
import { params, shapesOnly } from '@twilljs/nn';
import { size } from '@twilljs/tensor';
import { mixers } from 'twilljs';

/** Signs and fractions are random, of matrices the sizes between 2^-7 and 2^-6, as initial weights; all else is 1. */
const words = {
  BF16: { random: 0x807f807f, fixed: 0x3c003c00, one: 0x3f803f80 },
  F32: { random: 0x807fffff | 0, fixed: 0x3c000000, one: 0x3f800000 },
};

/** Writes the model of a configuration. @returns bytes of its tensors. */
export async function writeModel(
  path: string,
  config: object,
  dtype: keyof typeof words,
  maxShardBytes = 5e9,
): Promise<number> {
  const { random, fixed, one } = words[dtype];
  let seed = 1;
  let total = 0;
  const stored = (shape: readonly number[]): DistantTensor => {
    total += size(shape) * storedTypes[dtype].bytes;
    const copy = async (_: number, into: Uint8Array) => {
      const data = new Int32Array(Math.ceil(into.length / 4)).fill(one);
      for (let i = 0; shape.length > 1 && i < data.length; i++) {
        seed ^= seed << 13;
        seed ^= seed >>> 17;
        seed ^= seed << 5;
        data[i] = (seed & random) | fixed;
      }
      into.set(new Uint8Array(data.buffer, 0, into.length));
    };
    return { dtype, shape, copy };
  };
  const model = hybrid(config, { mixers, init: shapesOnly() });
  const tensors = new Map([...params(model)].map(([name, { shape }]) => [name, stored(shape)]));
  await writeModelDirectory(path, { config: { ...model.config.json }, tensors }, { maxShardBytes });
  return total;
}
