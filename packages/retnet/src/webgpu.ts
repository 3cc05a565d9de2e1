// @twilljs/retnet/webgpu: kernels of what the layer runs, to hand to `webgpu({ kernels })` beside `modelKernels` of nn.
import {
  gatedRmsNormKernels,
  linearsKernels,
  normalCdfKernels,
  rmsNormKernels,
  rotaryKernels,
  siluKernels,
} from '@twilljs/nn/webgpu';
import { scalarDecayKernels } from '@twilljs/scan/webgpu';
import type { WebGpuKernel } from '@twilljs/webgpu';

/** All that a layer of RetNet runs, in any configuration. */
export const kernels: readonly WebGpuKernel[] = /* @__PURE__ */ (() => [
  ...linearsKernels,
  ...rmsNormKernels,
  ...gatedRmsNormKernels,
  ...siluKernels,
  ...normalCdfKernels,
  ...rotaryKernels,
  ...scalarDecayKernels,
])();
