// The WebAssembly kernel of rotary, which is its own gradient.
import type { WasmKernel } from '@twilljs/wasm';
import { type Formulas, module, rotary } from '../gen/rotary.gen.ts';
import type { RotaryAttrs } from './op.ts';

export const rotaryKernel: WasmKernel<RotaryAttrs, Formulas> = {
  op: 'rotary',
  module,
  plan([x], { inverse }, { rowUnits }) {
    const [B, T, H, D] = x!.shape;
    const rows = B * T;
    return {
      launches: ([x, cos, sin], [y]) => [rotary(rowUnits(rows), { rows, T, H, D, inverse, x, cos, sin, y })],
    };
  },
};
