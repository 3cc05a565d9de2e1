// @twilljs/hgrn2/webgpu: kernels of what the layer runs, to hand to `webgpu({ kernels })` beside `modelKernels` of nn.
import { forgetGateKernels, linearsKernels, rmsNormKernels, shortConvKernels, siluKernels } from '@twilljs/nn/webgpu';
import { vectorDecayKernels } from '@twilljs/scan/webgpu';
import type { WebGpuKernel } from '@twilljs/webgpu';

/** All that a layer of HGRN2 runs, in any configuration. */
export const kernels: readonly WebGpuKernel[] = /* @__PURE__ */ (() => [
  ...linearsKernels,
  ...rmsNormKernels,
  ...shortConvKernels,
  ...siluKernels,
  ...forgetGateKernels,
  ...vectorDecayKernels,
])();
