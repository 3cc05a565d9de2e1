// @twilljs/attention/webgpu: WGSL kernels of attention and of its gradient, and of its caches, to hand to `webgpu({ kernels })`.
import { linearsKernels, rmsNormKernels, rotaryKernels } from '@twilljs/nn/webgpu';
import type { Shape } from '@twilljs/tensor';
import type { WebGpuKernel } from '@twilljs/webgpu';
import { appendGradKernel, appendKernel } from './append/webgpu.ts';
import { attend, decode, join } from './gen/attention.wgsl.gen.ts';
import { keys as keysOf, queries } from './gen/attention-grad.wgsl.gen.ts';
import type { AttentionAttrs } from './op.ts';

/** Queries, and keys, of a block. */
const side = 32;
/** Keys of a single query that one workgroup reads: all of them where they are few. */
const mostKeys = 256;
const keysOfPart = 128;

const blocksOf = (rows: number): number => Math.ceil(rows / side);

/** Sizes of a call, from those of q, v and the past's v, and the ranges. Without a window a query sees all keys before it. */
function sizesOf(q: Shape, v: Shape, v0: Shape | undefined, ranges: Shape | undefined, window: number | null) {
  const [B, T, H, D] = q;
  const [, S, HKV, V] = v;
  const C = v0 ? v0[1] : 0;
  const [n, positions, keys] = ranges ? [ranges[0], B * T, B * T] : [B, T, S];
  return { n, T: positions, S: keys, C, H, HKV, D, V, window: Math.min(window ?? C + keys, C + keys) };
}

const attentionKernel: WebGpuKernel<AttentionAttrs> = {
  op: 'attention',
  plan([q, , v, , v0, , ranges], { scale, window }) {
    const sizes = sizesOf(q!.shape, v!.shape, v0?.shape, ranges?.shape, window);
    const { n, T, H, V } = sizes;
    const wide = Math.ceil(V / 64);
    if (T === 1 && !ranges) {
      const keys = sizes.window <= mostKeys ? mostKeys : keysOfPart;
      const parts = Math.max(1, Math.ceil(sizes.window / keys));
      return {
        shared: parts > 1 ? 4 * n * H * parts * (V + 2) : 0,
        launches: ([q, k, v, k0, v0, position], [y, lse], pieces) => [
          decode(n * H * parts, {
            ...{ ...sizes, scale, parts, keys, q, k, v, k0, v0, position, ranges: 0, pieces, y, lse },
          }),
          ...(parts > 1 ? [join(n * H * wide, { V, parts, pieces, y, lse })] : []),
        ],
      };
    }
    const blocks = blocksOf(T);
    const slots = ranges ? n + blocks : n * blocks;
    return {
      launches: ([q, k, v, k0, v0, position, ranges], [y, lse]) => [
        attend(H * slots * wide + (ranges ? blocks : 0), {
          ...{ ...sizes, scale, slots, q, k, v, k0, v0, position, ranges, y, lse },
        }),
      ],
    };
  },
};

const attentionGradKernel: WebGpuKernel<AttentionAttrs> = {
  op: 'attentionGrad',
  plan([, , q, , v, , v0, , ranges], { scale, window }) {
    const sizes = sizesOf(q!.shape, v!.shape, v0?.shape, ranges?.shape, window);
    const { n, T, S, C, H, HKV, D, V } = sizes;
    const blocks = blocksOf(T);
    const querySlots = ranges ? n + blocks : n * blocks;
    const keySlots = ranges ? n * (blocksOf(C) + 1) + blocks : n * blocksOf(C + S);
    const behind = ranges ? blocks : 0;
    return {
      shared: 4 * H * (ranges ? T : n * T),
      launches: ([dy, dlse, q, k, v, k0, v0, position, ranges, y, lse], [dq, dk, dv, dk0 = 0, dv0 = 0], delta) => {
        const given = { ...sizes, scale, dy, q, k, v, k0, v0, position, ranges, lse, delta };
        return [
          queries(H * querySlots * Math.ceil(D / 64) + behind, { ...given, slots: querySlots, dlse, y, dq }),
          keysOf(HKV * keySlots * Math.ceil(Math.max(D, V) / 64) + behind, {
            ...{ ...given, slots: keySlots, y, dk, dv, dk0, dv0 },
          }),
        ];
      },
    };
  },
};

/** What the layer runs: attention and its caches, and the ops of nn around them. */
export const kernels: readonly WebGpuKernel[] = /* @__PURE__ */ (() => [
  attentionKernel,
  attentionGradKernel,
  appendKernel,
  appendGradKernel,
  ...linearsKernels,
  ...rmsNormKernels,
  ...rotaryKernels,
])();
