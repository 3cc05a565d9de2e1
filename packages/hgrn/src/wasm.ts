// @twilljs/hgrn/wasm: kernels of what the layer runs, to hand to `wasm({ kernels })` beside `modelKernels` of nn.
import {
  forgetGateKernels,
  gatedRmsNormKernels,
  linearsKernels,
  rmsNormKernels,
  shortConvKernels,
  siluKernels,
  swigluKernels,
} from '@twilljs/nn/wasm';
import { elementwiseKernels } from '@twilljs/scan/wasm';
import type { WasmKernel } from '@twilljs/wasm';

/** All that a layer of HGRN runs, in any configuration. */
export const kernels: readonly WasmKernel[] = /* @__PURE__ */ (() => [
  ...linearsKernels,
  ...rmsNormKernels,
  ...shortConvKernels,
  ...siluKernels,
  ...forgetGateKernels,
  ...swigluKernels,
  ...gatedRmsNormKernels,
  ...elementwiseKernels,
])();
