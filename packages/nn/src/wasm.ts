// @twilljs/nn/wasm: WebAssembly kernels of the ops, to hand to `wasm({ kernels })`: those of single ops, of which mixers make theirs, those of every model, or all.
import type { WasmKernel } from '@twilljs/wasm';
import { adamwKernel, advanceKernel } from './adamw/wasm.ts';
import { addRmsNormGradKernel, addRmsNormKernel } from './add-rms-norm/wasm.ts';
import { addRmsNormLinearsKernel } from './add-rms-norm-linears/wasm.ts';
import { clipGradNormKernel } from './clip-grad-norm/wasm.ts';
import { crossEntropyGradKernel, crossEntropyKernel } from './cross-entropy/wasm.ts';
import { forgetGateGradKernel, forgetGateKernel } from './forget-gate/wasm.ts';
import { gatedRmsNormGradKernel, gatedRmsNormKernel } from './gated-rms-norm/wasm.ts';
import { gdnGateGradKernel, gdnGateKernel } from './gdn-gate/wasm.ts';
import { l2NormGradKernel, l2NormKernel } from './l2-norm/wasm.ts';
import { l2NormsGradKernel, l2NormsKernel } from './l2-norms/wasm.ts';
import { layerNormGradKernel, layerNormKernel } from './layer-norm/wasm.ts';
import { linearsGradKernel, linearsKernel } from './linear/wasm.ts';
import { logProbsKernel } from './log-probs/wasm.ts';
import { logSigmoidGradKernel, logSigmoidKernel } from './log-sigmoid/wasm.ts';
import { logSumExpKernel } from './log-sum-exp/wasm.ts';
import { muonMomentumKernel, muonMoveKernel } from './muon/wasm.ts';
import { normalCdfGradKernel, normalCdfKernel } from './normal-cdf/wasm.ts';
import { rmsNormGradKernel, rmsNormKernel } from './rms-norm/wasm.ts';
import { rotariesKernel, rotaryKernel } from './rotary/wasm.ts';
import { packSequencesKernel, padSequencesKernel } from './sequences/wasm.ts';
import { shortConvGradKernel, shortConvKernel } from './short-conv/wasm.ts';
import { shortConvsGradKernel, shortConvsKernel } from './short-convs/wasm.ts';
import { siluGradKernel, siluKernel } from './silu/wasm.ts';
import { softmaxGradKernel, softmaxKernel } from './softmax/wasm.ts';
import { swigluGradKernel, swigluKernel } from './swiglu/wasm.ts';
import { swigluLinearGradKernel, swigluLinearKernel } from './swiglu-linear/wasm.ts';

/** Projections of one input, with their gradient. */
export const linearsKernels: readonly WasmKernel[] = [linearsKernel, linearsGradKernel];
/** RMSNorm. */
export const rmsNormKernels: readonly WasmKernel[] = [rmsNormKernel, rmsNormGradKernel];
/** RMSNorm times a gate. */
export const gatedRmsNormKernels: readonly WasmKernel[] = [gatedRmsNormKernel, gatedRmsNormGradKernel];
/** L2 norms of queries and keys. */
export const l2NormKernels: readonly WasmKernel[] = [l2NormKernel, l2NormGradKernel, l2NormsKernel, l2NormsGradKernel];
/** Short convolutions, one or several side by side. */
export const shortConvKernels: readonly WasmKernel[] = [
  shortConvKernel,
  shortConvGradKernel,
  shortConvsKernel,
  shortConvsGradKernel,
];
/** SiLU. */
export const siluKernels: readonly WasmKernel[] = [siluKernel, siluGradKernel];
/** SwiGLU. */
export const swigluKernels: readonly WasmKernel[] = [swigluKernel, swigluGradKernel];
/** The logarithm of a sigmoid. */
export const logSigmoidKernels: readonly WasmKernel[] = [logSigmoidKernel, logSigmoidGradKernel];
/** The gate, and the bounds of all layers, which are learned. */
export const forgetGateKernels: readonly WasmKernel[] = [
  forgetGateKernel,
  forgetGateGradKernel,
  logSumExpKernel,
  softmaxKernel,
  softmaxGradKernel,
];
/** The distribution function of the normal, of which GELU is made. */
export const normalCdfKernels: readonly WasmKernel[] = [normalCdfKernel, normalCdfGradKernel];
/** Both gates of the gated delta rule. */
export const gdnGateKernels: readonly WasmKernel[] = [gdnGateKernel, gdnGateGradKernel];
/** Rotary positions, of one tensor or several. */
export const rotaryKernels: readonly WasmKernel[] = [rotaryKernel, rotariesKernel];

/** What every language model runs around its mixers, its loss and its optimisers included. */
export const modelKernels: readonly WasmKernel[] = /* @__PURE__ */ (() => [
  ...linearsKernels,
  ...rmsNormKernels,
  ...siluKernels,
  addRmsNormKernel,
  addRmsNormGradKernel,
  addRmsNormLinearsKernel,
  ...swigluKernels,
  swigluLinearKernel,
  swigluLinearGradKernel,
  crossEntropyKernel,
  crossEntropyGradKernel,
  logProbsKernel,
  padSequencesKernel,
  packSequencesKernel,
  adamwKernel,
  advanceKernel,
  muonMomentumKernel,
  muonMoveKernel,
  clipGradNormKernel,
])();

/** All kernels of this package. */
export const kernels: readonly WasmKernel[] = /* @__PURE__ */ (() => [
  ...modelKernels,
  ...gatedRmsNormKernels,
  ...l2NormKernels,
  ...shortConvKernels,
  ...logSigmoidKernels,
  ...forgetGateKernels,
  ...normalCdfKernels,
  ...gdnGateKernels,
  ...rotaryKernels,
  layerNormKernel,
  layerNormGradKernel,
])();
