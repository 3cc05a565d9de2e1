// Kernel of append.
import { size } from '@twilljs/tensor';
import type { WasmKernel } from '@twilljs/wasm';
import { module, write } from '../gen/append.gen.ts';

export const appendKernel: WasmKernel<null> = {
  op: 'append',
  module,
  plan([buffer]) {
    const [B, C, ...rest] = buffer!.shape;
    const n = size(rest);
    return { launches: ([, x, position], [buffer]) => [write(B, { C, n, buffer, x, position })] };
  },
};
