// @twilljs/gla/wasm: kernels of what the layer runs, to hand to `wasm({ kernels })` beside `modelKernels` of nn.
import {
  gatedRmsNormKernels,
  linearsKernels,
  logSigmoidKernels,
  rmsNormKernels,
  shortConvKernels,
  siluKernels,
} from '@twilljs/nn/wasm';
import { vectorDecayKernels } from '@twilljs/scan/wasm';
import type { WasmKernel } from '@twilljs/wasm';

/** All that a layer of GLA runs, in any configuration. */
export const kernels: readonly WasmKernel[] = /* @__PURE__ */ (() => [
  ...linearsKernels,
  ...rmsNormKernels,
  ...gatedRmsNormKernels,
  ...shortConvKernels,
  ...siluKernels,
  ...logSigmoidKernels,
  ...vectorDecayKernels,
])();
