// @twilljs/hgrn2/wasm: kernels of what the layer runs, to hand to `wasm({ kernels })` beside `modelKernels` of nn.
import { forgetGateKernels, linearsKernels, rmsNormKernels, shortConvKernels, siluKernels } from '@twilljs/nn/wasm';
import { vectorDecayKernels } from '@twilljs/scan/wasm';
import type { WasmKernel } from '@twilljs/wasm';

/** All that a layer of HGRN2 runs, in any configuration. */
export const kernels: readonly WasmKernel[] = /* @__PURE__ */ (() => [
  ...linearsKernels,
  ...rmsNormKernels,
  ...shortConvKernels,
  ...siluKernels,
  ...forgetGateKernels,
  ...vectorDecayKernels,
])();
