// @twilljs/scan/webgpu: WGSL kernels of the ops, to hand to `webgpu({ kernels })`.
import type { WebGpuKernel } from '@twilljs/webgpu';

export const kernels: readonly WebGpuKernel[] = [];
