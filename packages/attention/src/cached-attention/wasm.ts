// Kernel of cachedAttention.
import type { WasmKernel } from '@twilljs/wasm';
import { type Formulas, forward, module } from '../gen/cached-attention.gen.ts';
import type { CachedAttentionAttrs } from './op.ts';

export const cachedAttentionKernel: WasmKernel<CachedAttentionAttrs, Formulas> = {
  op: 'cachedAttention',
  module,
  plan([q, , v], { scale }, formulas) {
    const [B, , H, D] = q!.shape;
    const [, C, HKV, V] = v!.shape;
    return {
      own: formulas.forwardScratch(C, D),
      launches: ([q, k, v, position], [y]) => [forward(B * H, { C, H, HKV, D, V, scale, q, k, v, position, y })],
    };
  },
};
