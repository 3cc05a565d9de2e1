// @twilljs/hgrn2/wasm: kernels of the layer, for the wasm device.
import { kernels as nn } from '@twilljs/nn/wasm';
import { kernels as scan } from '@twilljs/scan/wasm';
import type { WasmKernel } from '@twilljs/wasm';

/** Kernels of this layer, forward and backward. */
export const kernels: readonly WasmKernel[] = /* @__PURE__ */ nn.concat(scan);
