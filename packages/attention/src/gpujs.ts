// @twilljs/attention/gpujs: kernels of this package's ops, to hand to `gpujs({ kernels })`. Ops that are not here run by their definitions.
import type { GpuJsKernel } from '@twilljs/gpujs';
import { appendKernels } from './append/gpujs.ts';
import { unrollKernel } from './unroll/gpujs.ts';

/** All kernels of this package. */
export const kernels: readonly GpuJsKernel[] = /* @__PURE__ */ (() => [...appendKernels, unrollKernel])();
