// Kernels of scalarDecay and its gradient: how much scratch they want, and the call.
import type { WasmKernel } from '@twilljs/wasm';
import { module } from '../gen/scalarDecay.gen.ts';
import { sizes } from '../shapes.ts';
import type { ScalarDecayAttrs, ScalarDecayGradAttrs } from './op.ts';

/** Tokens of a chunk, as in assembly/lib/chunk. */
const C = 16;

/** Bytes of scratch, as in assembly/lib/decay and assembly/lib/decay-backward: buffers of one head, and the states of its chunks. */
export function scratchBytes(K: number, V: number): { forward: number; backward(T: number): number } {
  const [kp, vp] = [Math.ceil(K / 4) * 4, Math.ceil(V / 4) * 4];
  const frame = 128 + 4 * (3 * C * kp + 2 * C * vp + 2 * C * C + C);
  const back = 64 + 4 * (3 * kp * vp + 2 * C * vp + C * kp + 2 * C * C + 3 * C);
  const state = 4 * kp * vp;
  return { forward: frame + state, backward: (T) => frame + back + Math.ceil(T / C) * state };
}

export const scalarDecayKernel: WasmKernel<ScalarDecayAttrs> = {
  op: 'scalarDecay',
  module,
  plan([q, , v, g], { scale }) {
    const { B, T, H, K, V } = sizes('scalarDecay', q!.shape, v!.shape);
    const constant = Number(g!.shape.length === 1);
    return {
      scratch: scratchBytes(K, V).forward,
      run: (exports, ins, outs, scratch) => {
        exports.forward(0, B * H, T, H, K, V, constant, scale, ...ins, ...outs, scratch);
      },
    };
  },
};

export const scalarDecayGradKernel: WasmKernel<ScalarDecayGradAttrs> = {
  op: 'scalarDecayGrad',
  module,
  plan([, , q, , v, g], { scale, gates }) {
    const { B, T, H, K, V } = sizes('scalarDecayGrad', q!.shape, v!.shape);
    const constant = g!.shape.length === 1;
    if (constant && gates) return 'it takes no gradient of decays that are the same at every token';
    return {
      scratch: scratchBytes(K, V).backward(T),
      run: (exports, ins, [dq, dk, dv, dg, dh0], scratch) => {
        const outs = [dq, dk, dv, gates ? dg : 0, dh0];
        exports.backward(0, B * H, T, H, K, V, Number(constant), scale, ...ins, ...outs, scratch);
      },
    };
  },
};
