// @twilljs/scan/wasm: kernels of the recurrences for the wasm device.
import { elementwiseGradKernel, elementwiseKernel } from './elementwise/wasm.ts';
import { scalarDecayGradKernel, scalarDecayKernel } from './scalar-decay/wasm.ts';
import { scalarDeltaGradKernel, scalarDeltaKernel } from './scalar-delta/wasm.ts';
import { vectorDecayGradKernel, vectorDecayKernel } from './vector-decay/wasm.ts';
import { vectorDeltaGradKernel, vectorDeltaKernel } from './vector-delta/wasm.ts';

/** All kernels of this package. */
export const kernels = /* @__PURE__ */ (() => [
  elementwiseKernel,
  elementwiseGradKernel,
  scalarDecayKernel,
  scalarDecayGradKernel,
  scalarDeltaKernel,
  scalarDeltaGradKernel,
  vectorDecayKernel,
  vectorDecayGradKernel,
  vectorDeltaKernel,
  vectorDeltaGradKernel,
])();
