// @twilljs/scan/wasm: kernels of the recurrences for the wasm device: those of one, for a page that runs no other, or all.
import type { WasmKernel } from '@twilljs/wasm';
import { elementwiseGradKernel, elementwiseKernel } from './elementwise/wasm.ts';
import { scalarDecayGradKernel, scalarDecayKernel } from './scalar-decay/wasm.ts';
import { scalarDeltaGradKernel, scalarDeltaKernel } from './scalar-delta/wasm.ts';
import { vectorDecayGradKernel, vectorDecayKernel } from './vector-decay/wasm.ts';
import { vectorDeltaGradKernel, vectorDeltaKernel } from './vector-delta/wasm.ts';

/** Those of HGRN. */
export const elementwiseKernels: readonly WasmKernel[] = [elementwiseKernel, elementwiseGradKernel];

/** Those of RetNet. */
export const scalarDecayKernels: readonly WasmKernel[] = [scalarDecayKernel, scalarDecayGradKernel];

/** Those of DeltaNet and Gated DeltaNet. */
export const scalarDeltaKernels: readonly WasmKernel[] = [scalarDeltaKernel, scalarDeltaGradKernel];

/** Those of GLA and HGRN2. */
export const vectorDecayKernels: readonly WasmKernel[] = [vectorDecayKernel, vectorDecayGradKernel];

/** Those of Kimi Delta Attention and its kin: a decay per channel and the delta rule. */
export const vectorDeltaKernels: readonly WasmKernel[] = [vectorDeltaKernel, vectorDeltaGradKernel];

/** All kernels of this package. */
export const kernels: readonly WasmKernel[] = [
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
];
