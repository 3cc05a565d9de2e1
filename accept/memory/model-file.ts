// Model directories of any size with made-up weights, written without being in memory.
import { type StoredTensor, storedTypes } from '@twilljs/hub';
import { writeModelDirectory } from '@twilljs/hub/node';
import { compose } from '@twilljs/hybrid';
import { params, shapesOnly } from '@twilljs/nn';
import { size } from '@twilljs/tensor';
import { mixers } from 'twilljs';

/** Signs and fractions are random, of matrices the sizes between 2^-7 and 2^-6, as initial weights; all else is 1. */
const words = {
  BF16: { random: 0x807f807f, fixed: 0x3c003c00, one: 0x3f803f80 },
  F32: { random: 0x807fffff | 0, fixed: 0x3c000000, one: 0x3f800000 },
};

/** Writes the model of a configuration. @returns bytes of its tensors. */
export function writeModel(path: string, config: Record<string, unknown>, dtype: keyof typeof words): number {
  const { random, fixed, one } = words[dtype];
  let seed = 1;
  let total = 0;
  const stored = (shape: readonly number[]): StoredTensor => {
    const bytes = size(shape) * storedTypes[dtype].bytes;
    total += bytes;
    return {
      dtype,
      shape,
      get bytes() {
        const data = new Int32Array(Math.ceil(bytes / 4)).fill(one);
        for (let i = 0; shape.length > 1 && i < data.length; i++) {
          seed ^= seed << 13;
          seed ^= seed >>> 17;
          seed ^= seed << 5;
          data[i] = (seed & random) | fixed;
        }
        return new Uint8Array(data.buffer, 0, bytes);
      },
    };
  };
  const model = compose(config, { mixers, init: shapesOnly() });
  const tensors = new Map([...params(model)].map(([name, { shape }]) => [name, stored(shape)]));
  writeModelDirectory(path, { config: { ...model.config.json }, tensors });
  return total;
}
