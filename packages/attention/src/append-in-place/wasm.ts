// Kernel of appendInPlace.
import { size } from '@twilljs/tensor';
import type { WasmKernel } from '@twilljs/wasm';
import { module, write } from '../gen/append-in-place.gen.ts';

export const appendInPlaceKernel: WasmKernel<null> = {
  op: 'appendInPlace',
  module,
  plan([buffer]) {
    const [B, C, ...rest] = buffer!.shape;
    const n = size(rest);
    return { launches: ([, x, position], [buffer]) => [write(B, { C, n, buffer, x, position })] };
  },
};
