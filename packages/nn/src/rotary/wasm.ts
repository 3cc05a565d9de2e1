// WebAssembly kernels of rotary and rotaries, which are their own gradients.
import { type Spec, size } from '@twilljs/tensor';
import type { Pointer, WasmKernel } from '@twilljs/wasm';
import { type Formulas, module, rotary } from '../gen/rotary.gen.ts';
import type { RotariesAttrs } from '../rotaries/op.ts';
import type { RotaryAttrs } from './op.ts';

/** The launch for one tensor. */
function turnOf(x: Spec, cos: Spec, ranges: Spec | null, inverse: boolean, { rowUnits }: Formulas) {
  const [B, T, H, D] = x.shape;
  const P = B * T;
  const n = ranges ? ranges.shape[0] : 0;
  const turns = size(cos.shape.slice(0, -1));
  return (operands: Record<'x' | 'y' | 'cos' | 'sin' | 'ranges', Pointer>) =>
    rotary(rowUnits(P), { n, P, turns, H, D, inverse, ...operands });
}

export const rotaryKernel: WasmKernel<RotaryAttrs, Formulas> = {
  op: 'rotary',
  module,
  plan([x, cos, , ranges], { inverse }, formulas) {
    const turn = turnOf(x!, cos!, ranges, inverse, formulas);
    return { launches: ([x, cos, sin, ranges], [y]) => [turn({ x, y, cos, sin, ranges })] };
  },
};

export const rotariesKernel: WasmKernel<RotariesAttrs, Formulas> = {
  op: 'rotaries',
  module,
  plan([q, k, cos, , ranges], { inverse }, formulas) {
    const turns = [q!, k!].map((x) => turnOf(x, cos!, ranges, inverse, formulas));
    return {
      launches: ([q, k, cos, sin, ranges], ys) => [q, k].map((x, i) => turns[i]({ x, y: ys[i], cos, sin, ranges })),
    };
  },
};
