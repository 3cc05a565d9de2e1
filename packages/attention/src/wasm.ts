// @twilljs/attention/wasm: kernels of attention and of its gradient, and of decoding, for the wasm device.
import type { Shape } from '@twilljs/tensor';
import type { WasmKernel } from '@twilljs/wasm';
import { appendKernel } from './append/wasm.ts';
import { cachedAttentionKernel } from './cached-attention/wasm.ts';
import { backward, type Formulas, forward, module } from './gen/attention.gen.ts';
import type { AttentionAttrs } from './op.ts';

/** Sizes of a call. Without a window a query sees all keys before it. */
function sizes([B, T, H, D]: Shape, [, S, HKV, V]: Shape, window: number | null) {
  return { B, T, S, H, HKV, D, V, window: Math.min(window ?? S, S) };
}

const attentionKernel: WasmKernel<AttentionAttrs, Formulas> = {
  op: 'attention',
  module,
  plan([q, , v], { scale, window: given }, formulas) {
    const { B, T, S, H, HKV, D, V, window } = sizes(q!.shape, v!.shape, given);
    return {
      own: formulas.forwardScratch(T, S, D, V, window),
      launches: ([q, k, v], [y]) => [
        forward(B * HKV * formulas.blocks(T), { T, S, H, HKV, D, V, window, scale, q, k, v, y }),
      ],
    };
  },
};

const attentionGradKernel: WasmKernel<AttentionAttrs, Formulas> = {
  op: 'attentionGrad',
  module,
  plan([, q, , v], { scale, window: given }, formulas) {
    const { B, T, S, H, HKV, D, V, window } = sizes(q!.shape, v!.shape, given);
    return {
      own: formulas.backwardScratch(T, S, D, V, window),
      launches: ([dy, q, k, v], [dq, dk, dv]) => [
        backward(B * HKV, { T, S, H, HKV, D, V, window, scale, dy, q, k, v, dq, dk, dv }),
      ],
    };
  },
};

/** All kernels of this package. */
export const kernels: readonly WasmKernel[] = [
  attentionKernel,
  attentionGradKernel,
  appendKernel,
  cachedAttentionKernel,
];
