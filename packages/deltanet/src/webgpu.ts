// @twilljs/deltanet/webgpu: kernels of what the layer runs, to hand to `webgpu({ kernels })` beside `modelKernels` of nn.
import {
  gatedRmsNormKernels,
  l2NormKernels,
  linearsKernels,
  rmsNormKernels,
  shortConvKernels,
  siluKernels,
} from '@twilljs/nn/webgpu';
import { scalarDeltaKernels } from '@twilljs/scan/webgpu';
import type { WebGpuKernel } from '@twilljs/webgpu';

/** All that a layer of DeltaNet runs, in any configuration. */
export const kernels: readonly WebGpuKernel[] = /* @__PURE__ */ (() => [
  ...linearsKernels,
  ...rmsNormKernels,
  ...gatedRmsNormKernels,
  ...shortConvKernels,
  ...siluKernels,
  ...l2NormKernels,
  ...scalarDeltaKernels,
])();
