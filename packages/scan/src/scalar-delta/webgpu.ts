// Kernels of scalarDelta and its gradient.
import { backward, decode, forward, gradients, within } from '../gen/scalar-delta.wgsl.gen.ts';
import { forwardKernel, gradientKernel, type Recurrence } from '../plans.ts';

export const recurrence: Recurrence = {
  op: 'scalarDelta',
  inputs: ['q', 'k', 'v', 'g', 'beta', 'h0', 'ranges'],
  kernels: { within, forward, backward, gradients, decode },
  kept: (K, V) => ({
    forward: { reads: 256, inverse: 256 },
    gradient: { priors: 256 },
    segment: { written: 16 * V, solved: 16 * V, states: K * V, dstates: K * V },
  }),
};

export const scalarDeltaKernel = /* @__PURE__ */ forwardKernel(recurrence);
export const scalarDeltaGradKernel = /* @__PURE__ */ gradientKernel(recurrence);
