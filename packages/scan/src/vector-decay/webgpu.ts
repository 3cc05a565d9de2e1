// Kernels of vectorDecay and its gradient.
import { backward, decode, forward, gradients, within } from '../gen/vector-decay.wgsl.gen.ts';
import { forwardKernel, gradientKernel, type Recurrence } from '../plans.ts';

export const recurrence: Recurrence = {
  op: 'vectorDecay',
  inputs: ['q', 'k', 'v', 'g', 'h0', 'ranges'],
  kernels: { within, forward, backward, gradients, decode },
  kept: (K, V) => ({
    forward: { reads: 256, start_queries: 16 * K, end_keys: 16 * K, keeps: K },
    gradient: {},
    segment: { states: K * V, dstates: K * V },
  }),
};

export const vectorDecayKernel = /* @__PURE__ */ forwardKernel(recurrence);
export const vectorDecayGradKernel = /* @__PURE__ */ gradientKernel(recurrence);
