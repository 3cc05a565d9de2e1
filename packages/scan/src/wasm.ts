// @twilljs/scan/wasm: kernels of the recurrences for the wasm device.
import { scalarDeltaGradKernel, scalarDeltaKernel } from './scalar-delta/wasm.ts';

/** All kernels of this package. */
export const kernels = /* @__PURE__ */ (() => [scalarDeltaKernel, scalarDeltaGradKernel])();
