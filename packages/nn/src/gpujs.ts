// @twilljs/nn/gpujs: kernels of this package's ops, to hand to `gpujs({ kernels })`. Ops that are not here run by their definitions.
import type { GpuJsKernel } from '@twilljs/gpujs';
import { adamwKernels } from './adamw/gpujs.ts';
import { l2NormKernels } from './l2-norm/gpujs.ts';
import { muonKernels } from './muon/gpujs.ts';
import { rmsNormKernels } from './rms-norm/gpujs.ts';
import { sequenceKernels } from './sequences/gpujs.ts';
import { shortConvKernels } from './short-conv/gpujs.ts';
import { siluKernels } from './silu/gpujs.ts';
import { softmaxKernels } from './softmax/gpujs.ts';

/** All kernels of this package. */
export const kernels: readonly GpuJsKernel[] = /* @__PURE__ */ (() => [
  ...adamwKernels,
  ...l2NormKernels,
  ...muonKernels,
  ...rmsNormKernels,
  ...sequenceKernels,
  ...shortConvKernels,
  ...siluKernels,
  ...softmaxKernels,
])();
