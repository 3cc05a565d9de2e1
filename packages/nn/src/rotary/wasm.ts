// The WebAssembly kernel of rotary, which is its own gradient.
import { size } from '@twilljs/tensor';
import type { WasmKernel } from '@twilljs/wasm';
import { type Formulas, module, rotary } from '../gen/rotary.gen.ts';
import type { RotaryAttrs } from './op.ts';

export const rotaryKernel: WasmKernel<RotaryAttrs, Formulas> = {
  op: 'rotary',
  module,
  plan([x, cos, , ranges], { inverse }, { rowUnits }) {
    const [B, T, H, D] = x!.shape;
    const P = B * T;
    const sizes = { n: ranges ? ranges.shape[0] : 0, P, turns: size(cos!.shape.slice(0, -1)), H, D, inverse };
    return {
      launches: ([x, cos, sin, ranges], [y]) => [rotary(rowUnits(P), { ...sizes, x, cos, sin, ranges, y })],
    };
  },
};
