// @twilljs/hgrn/webgpu: kernels of what the layer runs, to hand to `webgpu({ kernels })` beside `modelKernels` of nn.
import {
  forgetGateKernels,
  gatedRmsNormKernels,
  linearsKernels,
  rmsNormKernels,
  shortConvKernels,
  siluKernels,
  swigluKernels,
} from '@twilljs/nn/webgpu';
import { elementwiseKernels } from '@twilljs/scan/webgpu';
import type { WebGpuKernel } from '@twilljs/webgpu';

/** All that a layer of HGRN runs, in any configuration. */
export const kernels: readonly WebGpuKernel[] = /* @__PURE__ */ (() => [
  ...linearsKernels,
  ...rmsNormKernels,
  ...shortConvKernels,
  ...siluKernels,
  ...forgetGateKernels,
  ...swigluKernels,
  ...gatedRmsNormKernels,
  ...elementwiseKernels,
])();
