// @twilljs/scan/webgpu: WGSL kernels of the recurrences, to hand to `webgpu({ kernels })`.
import type { WebGpuKernel } from '@twilljs/webgpu';
import { scalarDeltaGradKernel, scalarDeltaKernel } from './scalar-delta/webgpu.ts';

/** All kernels of this package. */
export const kernels: readonly WebGpuKernel[] = [scalarDeltaKernel, scalarDeltaGradKernel];
