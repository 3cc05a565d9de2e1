// @twilljs/gla/webgpu: kernels of what the layer runs, to hand to `webgpu({ kernels })` beside `modelKernels` of nn.
import {
  gatedRmsNormKernels,
  linearsKernels,
  logSigmoidKernels,
  rmsNormKernels,
  shortConvKernels,
  siluKernels,
} from '@twilljs/nn/webgpu';
import { vectorDecayKernels } from '@twilljs/scan/webgpu';
import type { WebGpuKernel } from '@twilljs/webgpu';

/** All that a layer of GLA runs, in any configuration. */
export const kernels: readonly WebGpuKernel[] = /* @__PURE__ */ (() => [
  ...linearsKernels,
  ...rmsNormKernels,
  ...gatedRmsNormKernels,
  ...shortConvKernels,
  ...siluKernels,
  ...logSigmoidKernels,
  ...vectorDecayKernels,
])();
