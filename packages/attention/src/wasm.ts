// @twilljs/attention/wasm: kernels of attention and of its gradient, and of its caches, for the wasm device.
import type { Shape } from '@twilljs/tensor';
import type { WasmKernel } from '@twilljs/wasm';
import { appendGradKernel, appendKernel } from './append/wasm.ts';
import { backward, type Formulas, forward, module } from './gen/attention.gen.ts';
import type { AttentionAttrs } from './op.ts';

/** Sizes of a call, from those of q, v and the past's v, and the ranges. Without a window a query sees all keys before it. */
function sizes(q: Shape, v: Shape, v0: Shape | undefined, ranges: Shape | undefined, window: number | null) {
  const [B, T, H, D] = q;
  const [, S, HKV, V] = v;
  const C = v0 ? v0[1] : 0;
  const [n, longest, keys] = ranges ? [ranges[0], B * T, B * T] : [B, T, S];
  return { n, T: longest, S: keys, C, H, HKV, D, V, window: Math.min(window ?? C + keys, C + keys) };
}

const attentionKernel: WasmKernel<AttentionAttrs, Formulas> = {
  op: 'attention',
  module,
  plan([q, , v, , v0, , ranges], { scale, window: given }, formulas) {
    const { n, T, S, C, H, HKV, D, V, window } = sizes(q!.shape, v!.shape, v0?.shape, ranges?.shape, given);
    return {
      own: formulas.forwardScratch(T, C + S, C, H, D, V, window),
      launches: ([q, k, v, k0, v0, position, ranges], [y]) => [
        forward(n * HKV * formulas.blocks(T), {
          n,
          T,
          S,
          C,
          H,
          HKV,
          D,
          V,
          window,
          scale,
          q,
          k,
          v,
          k0,
          v0,
          position,
          ranges,
          y,
        }),
      ],
    };
  },
};

const attentionGradKernel: WasmKernel<AttentionAttrs, Formulas> = {
  op: 'attentionGrad',
  module,
  plan([, q, , v, , v0, , ranges], { scale, window: given }, formulas) {
    const { n, T, S, C, H, HKV, D, V, window } = sizes(q!.shape, v!.shape, v0?.shape, ranges?.shape, given);
    return {
      own: formulas.backwardScratch(T, C + S, D, V, window),
      launches: ([dy, q, k, v, k0, v0, position, ranges], [dq, dk, dv, dk0 = 0, dv0 = 0]) => [
        backward(n * HKV, {
          n,
          T,
          S,
          C,
          H,
          HKV,
          D,
          V,
          window,
          scale,
          dy,
          q,
          k,
          v,
          k0,
          v0,
          position,
          ranges,
          dq,
          dk,
          dv,
          dk0,
          dv0,
        }),
      ],
    };
  },
};

/** All kernels of this package. */
export const kernels: readonly WasmKernel[] = [attentionKernel, attentionGradKernel, appendKernel, appendGradKernel];
