// Kernels of scalarDelta and its gradient.
import type { WebGpuKernel } from '@twilljs/webgpu';
import { backward, decode, forward, gradients, within } from '../gen/scalar-delta.wgsl.gen.ts';
import { blocksOf, channelsOf, decodeUnits, parts, slotsOf } from '../kept.ts';
import { timeOf } from '../ranges.ts';
import { sizes } from '../shapes.ts';
import type { ScalarDeltaAttrs } from './op.ts';

export const scalarDeltaKernel: WebGpuKernel<ScalarDeltaAttrs> = {
  op: 'scalarDelta',
  plan([q, , v, , , , given], { scale }, limits) {
    const { B, T, H, HV, K, V } = sizes('scalarDelta', q!.shape, v!.shape);
    const { n, P } = timeOf(B, T, given?.shape);
    const size = { n, P, H, HV, K, V, scale };
    if (T === 1 && !given) {
      return {
        launches: ([q, k, v, g, beta, h0], [y, state]) => [
          decode(decodeUnits(n * HV, V), { ...size, q, k, v, g, beta, h0, y, state }),
        ],
      };
    }
    const channels = channelsOf(K, limits);
    if (typeof channels === 'string') return channels;
    const slots = slotsOf(n, P, T, !!given);
    const kept = parts([slots * HV * 256, slots * HV * 256]);
    return {
      shared: kept.bytes,
      launches([q, k, v, g, beta, h0, ranges], [y, state], shared) {
        const [reads, inverse] = kept.at(shared);
        const ins = { ...size, q, k, g, beta, ranges, reads, inverse, priors: 0, written: 0, states: 0 };
        return [within(slots * HV, ins), forward(n * HV * blocksOf(V), { ...ins, v, h0, y, state }, channels)];
      },
    };
  },
};

export const scalarDeltaGradKernel: WebGpuKernel<ScalarDeltaAttrs> = {
  op: 'scalarDeltaGrad',
  plan([, , q, , v, , , , given], { scale }, limits) {
    const { B, T, H, HV, K, V } = sizes('scalarDeltaGrad', q!.shape, v!.shape);
    const { n, P } = timeOf(B, T, given?.shape);
    const channels = channelsOf(K, limits);
    if (typeof channels === 'string') return channels;
    const slots = slotsOf(n, P, T, !!given);
    const heads = slots * HV;
    const kept = parts([
      heads * 256,
      heads * 256,
      heads * 256,
      heads * 16 * V,
      heads * 16 * V,
      heads * K * V,
      heads * K * V,
    ]);
    const size = { n, P, H, HV, K, V, scale };
    const units = n * HV * blocksOf(V);
    return {
      shared: kept.bytes,
      launches([dy, dstate, q, k, v, g, beta, h0, ranges], [dq, dk, dv, wanted, dbeta, dh], shared) {
        const [reads, inverse, priors, written, solved, states, dstates] = kept.at(shared);
        const dg = g ? wanted : 0;
        const dh0 = h0 ? dh : 0;
        const ins = { ...size, q, k, v, g, beta, ranges, reads, inverse, priors, written };
        const back = { ...ins, dy, solved, states, dstates, dq, dk, dv, dg, dbeta };
        return [
          within(heads, ins),
          forward(units, { ...ins, h0, states, y: 0, state: 0 }, channels),
          backward(units, { ...back, dstate, dh0 }, channels),
          gradients(slots * H, back),
        ];
      },
    };
  },
};
