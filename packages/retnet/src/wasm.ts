// @twilljs/retnet/wasm: kernels of what the layer runs, to hand to `wasm({ kernels })` beside `modelKernels` of nn.
import {
  gatedRmsNormKernels,
  linearsKernels,
  normalCdfKernels,
  rmsNormKernels,
  rotaryKernels,
  siluKernels,
} from '@twilljs/nn/wasm';
import { scalarDecayKernels } from '@twilljs/scan/wasm';
import type { WasmKernel } from '@twilljs/wasm';

/** All that a layer of RetNet runs, in any configuration. */
export const kernels: readonly WasmKernel[] = /* @__PURE__ */ (() => [
  ...linearsKernels,
  ...rmsNormKernels,
  ...gatedRmsNormKernels,
  ...siluKernels,
  ...normalCdfKernels,
  ...rotaryKernels,
  ...scalarDecayKernels,
])();
