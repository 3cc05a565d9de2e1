// WebAssembly kernels of padSequences and packSequences.
import { size } from '@twilljs/tensor';
import type { WasmKernel } from '@twilljs/wasm';
import { type Formulas, module, pack, pad } from '../gen/sequences.gen.ts';
import type { PackAttrs, PadAttrs } from './op.ts';

export const padSequencesKernel: WasmKernel<PadAttrs, Formulas> = {
  op: 'padSequences',
  module,
  plan([x, ranges], { length: L }, { rowUnits }) {
    const [B, T, ...rest] = x!.shape;
    const [n, P, F] = [ranges!.shape[0], B * T, size(rest)];
    return { launches: ([x, ranges], [y]) => [pad(rowUnits(n * L), { n, P, L, F, x, ranges, y })] };
  },
};

export const packSequencesKernel: WasmKernel<PackAttrs, Formulas> = {
  op: 'packSequences',
  module,
  plan([x], { B, T }, { rowUnits }) {
    const [n, L, ...rest] = x!.shape;
    const [P, F] = [B * T, size(rest)];
    return { launches: ([x, ranges], [y]) => [pack(rowUnits(P), { n, P, L, F, x, ranges, y })] };
  },
};
