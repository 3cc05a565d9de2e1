// Kernels of vectorDecay and its gradient: how much scratch they want, and the call.
import type { WasmKernel } from '@twilljs/wasm';
import { module } from '../gen/vectorDecay.gen.ts';
import { sizes } from '../shapes.ts';
import type { VectorDecayAttrs } from './op.ts';

/** Tokens of a chunk, as in assembly/lib/chunk. */
const C = 16;

/** Bytes of scratch, as in assembly/lib/vector and assembly/lib/vector-backward: buffers of one head, and what its chunks keep. */
export function scratchBytes(K: number, V: number): { forward: number; backward(T: number): number } {
  const [kp, vp] = [Math.ceil(K / 4) * 4, Math.ceil(V / 4) * 4];
  const frame = 256 + 4 * ((6 * C + 8) * kp + 2 * C * vp + C * C);
  const chunk = 4 * (kp * vp + (C + 1) * kp);
  const back = 128 + 4 * (3 * kp * vp + 2 * C * vp + (4 * C + 2) * kp + C * C);
  return { forward: frame + chunk, backward: (T) => frame + back + Math.ceil(T / C) * chunk };
}

export const vectorDecayKernel: WasmKernel<VectorDecayAttrs> = {
  op: 'vectorDecay',
  module,
  plan([q, , v], { scale }) {
    const { B, T, H, K, V } = sizes('vectorDecay', q!.shape, v!.shape);
    return {
      scratch: scratchBytes(K, V).forward,
      run: (exports, ins, outs, scratch) => {
        exports.forward(0, B * H, T, H, K, V, scale, ...ins, ...outs, scratch);
      },
    };
  },
};

export const vectorDecayGradKernel: WasmKernel<VectorDecayAttrs> = {
  op: 'vectorDecayGrad',
  module,
  plan([, , q, , v], { scale }) {
    const { B, T, H, K, V } = sizes('vectorDecayGrad', q!.shape, v!.shape);
    return {
      scratch: scratchBytes(K, V).backward(T),
      run: (exports, ins, outs, scratch) => {
        exports.backward(0, B * H, T, H, K, V, scale, ...ins, ...outs, scratch);
      },
    };
  },
};
