// The WebAssembly kernel of rotary, which is its own gradient.
import type { WasmKernel } from '@twilljs/wasm';
import { module } from '../gen/rotary.gen.ts';
import type { RotaryAttrs } from './op.ts';

export const rotaryKernel: WasmKernel<RotaryAttrs> = {
  op: 'rotary',
  module,
  plan([x], { inverse }) {
    const [B, T, H, D] = x!.shape;
    return {
      scratch: 0,
      run(exports, [x, cos, sin], [y]) {
        exports.rotary(B, T, H, D, inverse ? -1 : 1, x, cos, sin, y);
      },
    };
  },
};
