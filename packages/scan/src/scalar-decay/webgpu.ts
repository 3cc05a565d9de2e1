// Kernels of scalarDecay and its gradient.
import type { WebGpuKernel } from '@twilljs/webgpu';
import { backward, decode, forward, gradients, sumGates, within } from '../gen/scalar-decay.wgsl.gen.ts';
import { forwardKernel, gradientKernel, type Recurrence } from '../plans.ts';
import type { ScalarDecayGradAttrs } from './op.ts';

export const recurrence: Recurrence = {
  op: 'scalarDecay',
  inputs: ['q', 'k', 'v', 'g', 'h0', 'ranges'],
  kernels: { within, forward, backward, gradients, decode },
  kept: (K, V) => ({ forward: { reads: 256 }, gradient: {}, segment: { states: K * V, dstates: K * V } }),
  more: (g) => ({ constant: g!.shape.length === 1 ? 1 : 0 }),
};

const gradient = /* @__PURE__ */ gradientKernel<ScalarDecayGradAttrs>(
  recurrence,
  (input, { gates }) => gates || input !== 'g',
);

export const scalarDecayKernel = /* @__PURE__ */ forwardKernel(recurrence);

/** Of a constant decay: those of every token, and their sum. */
export const scalarDecayGradKernel: WebGpuKernel<ScalarDecayGradAttrs> = {
  op: 'scalarDecayGrad',
  plan(ins, attrs, limits) {
    const [H] = ins[5]!.shape;
    const plan = gradient.plan(ins, attrs, limits);
    if (!attrs.gates || ins[5]!.shape.length > 1 || typeof plan === 'string') return plan;
    const [B, T] = ins[2]!.shape;
    const { shared: own = 0 } = plan;
    return {
      shared: own + 4 * B * T * H,
      launches(ins, [dq, dk, dv, total, dh0], shared) {
        const dg = shared + own;
        return [...plan.launches(ins, [dq, dk, dv, dg, dh0], shared), sumGates(H, { P: B * T, HV: H, dg, total })];
      },
    };
  },
};
