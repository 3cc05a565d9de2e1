// @twilljs/attention/wasm: kernels of attention and of its gradient, and of its caches, for the wasm device.
import { linearsKernels, rmsNormKernels, rotaryKernels } from '@twilljs/nn/wasm';
import type { Shape } from '@twilljs/tensor';
import type { WasmKernel } from '@twilljs/wasm';
import { appendGradKernel, appendKernel } from './append/wasm.ts';
import { attend, decode, type Formulas, join, module, packKeys } from './gen/attention.gen.ts';
import {
  addParts,
  type Formulas as GradFormulas,
  gradients,
  module as gradModule,
  packAll,
} from './gen/attention-grad.gen.ts';
import type { AttentionAttrs } from './op.ts';

/** Sizes of a call, from those of q, v and the past's v, and the ranges. Without a window a query sees all keys before it. */
function sizesOf(q: Shape, v: Shape, v0: Shape | undefined, ranges: Shape | undefined, window: number | null) {
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
    const sizes = sizesOf(q!.shape, v!.shape, v0?.shape, ranges?.shape, given);
    const { n, T, S, C, H, HKV, D, V } = sizes;
    if (T === 1 && !ranges) {
      return {
        own: Math.max(formulas.decodeScratch(H, D), formulas.joinScratch(V)),
        shared: formulas.partBytes(n, S, C, H, V),
        launches: ([q, k, v, k0, v0, position], [y, lse], parts) => [
          decode(n * formulas.keyBlocks(S, C), { ...sizes, scale, q, k, v, k0, v0, position, parts }),
          join(n * formulas.headGroups(H), { ...sizes, position, parts, y, lse }),
        ],
      };
    }
    return {
      own: Math.max(formulas.packScratch(D, V), formulas.attendScratch(D, V)),
      shared: formulas.packedBytes(n, S, C, HKV, D, V, ranges ? 1 : 0),
      launches: ([q, k, v, k0, v0, position, ranges], [y, lse], packed) => [
        packKeys(n * HKV * formulas.keyBlocks(S, C), { ...sizes, k, v, k0, v0, position, ranges, packed }),
        attend(n * HKV * formulas.queryBlocks(T), { ...sizes, scale, q, position, ranges, packed, y, lse }),
      ],
    };
  },
};

const attentionGradKernel: WasmKernel<AttentionAttrs, GradFormulas> = {
  op: 'attentionGrad',
  module: gradModule,
  plan([, , q, , v, , v0, , ranges], { scale, window: given }, formulas) {
    const sizes = sizesOf(q!.shape, v!.shape, v0?.shape, ranges?.shape, given);
    const { n, T, S, C, H, HKV, D, V } = sizes;
    const packedBytes = Math.ceil(formulas.packedBytes(n, S, C, HKV, D, V, ranges ? 1 : 0) / 256) * 256;
    const perHead = formulas.keyParts(S, C);
    return {
      own: Math.max(formulas.packScratch(D, V), formulas.gradientsScratch(S, C, D, V)),
      shared: packedBytes + formulas.partBytes(n, T, S, C, H, D, ranges ? 1 : 0),
      launches: ([dy, dlse, q, k, v, k0, v0, position, ranges, y, lse], [dq, dk, dv, dk0 = 0, dv0 = 0], packed) => {
        const parts = packed + packedBytes;
        const outs = { dq, dk, dv, dk0, dv0 };
        return [
          packAll(n * HKV * formulas.keyBlocks(S, C), { ...sizes, k, v, k0, v0, position, ranges, packed }),
          gradients(n * HKV * perHead, {
            ...sizes,
            ...outs,
            ...{ scale, dy, dlse, q, position, ranges, y, lse, packed, parts },
          }),
          ...(perHead > 1 ? [addParts(n * formulas.queryBlocks(T), { ...sizes, position, ranges, parts, dq })] : []),
        ];
      },
    };
  },
};

/** What the layer runs: attention and its caches, and the ops of nn around them. */
export const kernels: readonly WasmKernel[] = /* @__PURE__ */ (() => [
  attentionKernel,
  attentionGradKernel,
  appendKernel,
  appendGradKernel,
  ...linearsKernels,
  ...rmsNormKernels,
  ...rotaryKernels,
])();
