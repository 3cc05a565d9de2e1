// @twilljs/scan/webgpu: kernels of the recurrences in WGSL: those of one, for a page that runs no other, or all.
import type { WebGpuKernel } from '@twilljs/webgpu';
import { elementwiseGradKernel, elementwiseKernel } from './elementwise/webgpu.ts';
import { scalarDecayGradKernel, scalarDecayKernel } from './scalar-decay/webgpu.ts';
import { scalarDeltaGradKernel, scalarDeltaKernel } from './scalar-delta/webgpu.ts';
import { vectorDecayGradKernel, vectorDecayKernel } from './vector-decay/webgpu.ts';
import { vectorDeltaGradKernel, vectorDeltaKernel } from './vector-delta/webgpu.ts';

/** Those of HGRN. */
export const elementwiseKernels: readonly WebGpuKernel[] = [elementwiseKernel, elementwiseGradKernel];

/** Those of RetNet. */
export const scalarDecayKernels: readonly WebGpuKernel[] = [scalarDecayKernel, scalarDecayGradKernel];

/** Those of DeltaNet and Gated DeltaNet. */
export const scalarDeltaKernels: readonly WebGpuKernel[] = [scalarDeltaKernel, scalarDeltaGradKernel];

/** Those of GLA and HGRN2. */
export const vectorDecayKernels: readonly WebGpuKernel[] = [vectorDecayKernel, vectorDecayGradKernel];

/** Those of Kimi Delta Attention and its kin: a decay per channel and the delta rule. */
export const vectorDeltaKernels: readonly WebGpuKernel[] = [vectorDeltaKernel, vectorDeltaGradKernel];

/** All kernels of this package. */
export const kernels: readonly WebGpuKernel[] = [
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
];
