// @twilljs/attention/wasm: kernels of attention and of its gradient, for the wasm device.
import type { Shape } from '@twilljs/tensor';
import type { WasmKernel } from '@twilljs/wasm';
import { module } from './gen/attention.gen.ts';
import type { AttentionAttrs } from './op.ts';

/** Queries of a block, as in assembly/lib/block. */
const R = 64;

const up = (n: number, to: number) => Math.ceil(n / to) * to;

/** Arguments before the pointers, and bytes of scratch as in assembly/attention: one head's keys and values, one block's scores. */
function planOf([B, T, H, D]: Shape, [, S, HKV, V]: Shape, { scale, window }: AttentionAttrs) {
  const unseen = window === null ? 0 : Math.max(0, S - T + 1 - window);
  const keys = S - unseen;
  const reach = Math.min(window ?? keys, keys);
  const rows = Math.min(R, up(T, 4));
  const width = up(Math.min(up(keys, 8), up(reach + rows + 6, 8)) + 3, 16);
  const row = 4 * (width % 32 === 0 ? width + 16 : width);
  const [dp, vp] = [4 * up(D, 4), 4 * up(V, 4)];
  const forward = 256 + rows * (dp + vp + row) + 4 * (R + up(keys, 8) * D + Math.max(up(keys, 8) * V, keys * up(V, 8)));
  const backward = forward + rows * (dp + row) + 4 * keys * up(D, 8) + up(keys, 8) * (dp + vp);
  return { args: [0, B * HKV, T, S, H, HKV, D, V, reach, unseen, scale], forward, backward };
}

const attentionKernel: WasmKernel<AttentionAttrs> = {
  op: 'attention',
  module,
  plan([q, , v], attrs) {
    const { args, forward: scratch } = planOf(q!.shape, v!.shape, attrs);
    return { scratch, run: (exports, ins, outs, at) => void exports.forward(...args, ...ins, ...outs, at) };
  },
};

const attentionGradKernel: WasmKernel<AttentionAttrs> = {
  op: 'attentionGrad',
  module,
  plan([, q, , v], attrs) {
    const { args, backward: scratch } = planOf(q!.shape, v!.shape, attrs);
    return { scratch, run: (exports, ins, outs, at) => void exports.backward(...args, ...ins, ...outs, at) };
  },
};

/** All kernels of this package. */
export const kernels: readonly WasmKernel[] = [attentionKernel, attentionGradKernel];
