// Kernels of vectorDelta and its gradient.
import { backward, decode, forward, gradients, within } from '../gen/vector-delta.wgsl.gen.ts';
import { forwardKernel, gradientKernel, type Recurrence } from '../plans.ts';

export const recurrence: Recurrence = {
  op: 'vectorDelta',
  inputs: ['q', 'k', 'v', 'g', 'beta', 'h0', 'ranges'],
  kernels: { within, forward, backward, gradients, decode },
  kept: (K, V) => ({
    forward: { reads: 256, inverse: 256, start_queries: 16 * K, start_keys: 16 * K, end_keys: 16 * K, keeps: K },
    gradient: { priors: 256 },
    segment: { written: 16 * V, solved: 16 * V, states: K * V, dstates: K * V },
  }),
};

export const vectorDeltaKernel = /* @__PURE__ */ forwardKernel(recurrence);
export const vectorDeltaGradKernel = /* @__PURE__ */ gradientKernel(recurrence);
