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
    const n = ranges ? ranges.shape[0] : 0;
    const turns = size(cos!.shape.slice(0, -1));
    return {
      launches: ([x, cos, sin, ranges], [y]) => [
        rotary(rowUnits(P), { n, P, turns, H, D, inverse, x, cos, sin, ranges, y }),
      ],
    };
  },
};
