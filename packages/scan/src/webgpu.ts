// @twilljs/scan/webgpu: WGSL kernels of the recurrences, to hand to `webgpu({ kernels })`.
import type { WebGpuKernel } from '@twilljs/webgpu';
import { elementwiseGradKernel, elementwiseKernel } from './elementwise/webgpu.ts';
import { scalarDecayGradKernel, scalarDecayKernel } from './scalar-decay/webgpu.ts';
import { scalarDeltaGradKernel, scalarDeltaKernel } from './scalar-delta/webgpu.ts';
import { vectorDecayGradKernel, vectorDecayKernel } from './vector-decay/webgpu.ts';
import { vectorDeltaGradKernel, vectorDeltaKernel } from './vector-delta/webgpu.ts';

/** Those of Gated DeltaNet and DeltaNet alone, for a page that needs no others. */
export const scalarDeltaKernels: readonly WebGpuKernel[] = [scalarDeltaKernel, scalarDeltaGradKernel];

/** All kernels of this package. */
export const kernels: readonly WebGpuKernel[] = /* @__PURE__ */ (() => [
  elementwiseKernel,
  elementwiseGradKernel,
  scalarDecayKernel,
  scalarDecayGradKernel,
  scalarDeltaKernel,
  scalarDeltaGradKernel,
  vectorDecayKernel,
  vectorDecayGradKernel,
  vectorDeltaKernel,
  vectorDeltaGradKernel,
])();
