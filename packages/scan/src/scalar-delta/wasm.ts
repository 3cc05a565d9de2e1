// Kernels of scalarDelta and its gradient: how much scratch they want, and the call.
import type { WasmKernel } from '@twilljs/wasm';
import { module } from '../gen/scalarDelta.gen.ts';
import { sizes } from '../shapes.ts';
import type { ScalarDeltaAttrs } from './op.ts';

/** Tokens of a chunk, as in assembly/lib/chunk. */
const C = 16;

/** Bytes of scratch, as in assembly/lib/delta and assembly/lib/delta-backward: buffers of one head, and what its chunks keep. */
export function scratchBytes(K: number, V: number): { forward: number; backward(T: number): number } {
  const [kp, vp] = [Math.ceil(K / 4) * 4, Math.ceil(V / 4) * 4];
  const frame = 256 + 4 * (3 * C * kp + 3 * C * vp + 2 * C * C + C);
  const chunk = 4 * (kp * vp + 2 * C * vp + 2 * C * C + 2 * C);
  const back = 128 + 4 * (3 * kp * vp + C * vp + C * kp + 3 * C * C + 3 * C);
  return { forward: frame + chunk, backward: (T) => frame + back + Math.ceil(T / C) * chunk };
}

export const scalarDeltaKernel: WasmKernel<ScalarDeltaAttrs> = {
  op: 'scalarDelta',
  module,
  plan([q, , v], { scale }) {
    const { B, T, H, HV, K, V } = sizes('scalarDelta', q!.shape, v!.shape);
    return {
      scratch: scratchBytes(K, V).forward,
      run: (exports, ins, outs, scratch) => {
        exports.forward(0, B * HV, T, H, HV, K, V, scale, ...ins, ...outs, scratch);
      },
    };
  },
};

export const scalarDeltaGradKernel: WasmKernel<ScalarDeltaAttrs> = {
  op: 'scalarDeltaGrad',
  module,
  plan([, , q, , v], { scale }) {
    const { B, T, H, HV, K, V } = sizes('scalarDeltaGrad', q!.shape, v!.shape);
    return {
      scratch: scratchBytes(K, V).backward(T),
      run: (exports, ins, outs, scratch) => {
        exports.backward(0, B * H, T, H, HV, K, V, scale, ...ins, ...outs, scratch);
      },
    };
  },
};
