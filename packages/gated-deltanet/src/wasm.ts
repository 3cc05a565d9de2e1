// @twilljs/gated-deltanet/wasm: kernels of what the layer runs, to hand to `wasm({ kernels })` beside `modelKernels` of nn.
import {
  gatedRmsNormKernels,
  gdnGateKernels,
  l2NormKernels,
  linearsKernels,
  rmsNormKernels,
  shortConvKernels,
  siluKernels,
} from '@twilljs/nn/wasm';
import { scalarDeltaKernels } from '@twilljs/scan/wasm';
import type { WasmKernel } from '@twilljs/wasm';

/** All that a layer of Gated DeltaNet runs, in any configuration. */
export const kernels: readonly WasmKernel[] = /* @__PURE__ */ (() => [
  ...linearsKernels,
  ...rmsNormKernels,
  ...gatedRmsNormKernels,
  ...shortConvKernels,
  ...siluKernels,
  ...l2NormKernels,
  ...gdnGateKernels,
  ...scalarDeltaKernels,
])();
