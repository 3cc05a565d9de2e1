// @twilljs/nn/webgpu: WGSL kernels of the ops, to hand to `webgpu({ kernels })`: those of single ops, of which mixers make theirs, those of every model, or all.
import type { WebGpuKernel } from '@twilljs/webgpu';
import { adamwKernel, advanceKernel } from './adamw/webgpu.ts';
import { addRmsNormGradKernel, addRmsNormKernel } from './add-rms-norm/webgpu.ts';
import { addRmsNormLinearsKernel } from './add-rms-norm-linears/webgpu.ts';
import { clipGradNormKernel } from './clip-grad-norm/webgpu.ts';
import { crossEntropyGradKernel, crossEntropyKernel } from './cross-entropy/webgpu.ts';
import { forgetGateGradKernel, forgetGateKernel } from './forget-gate/webgpu.ts';
import { gatedRmsNormGradKernel, gatedRmsNormKernel } from './gated-rms-norm/webgpu.ts';
import { gdnGateGradKernel, gdnGateKernel } from './gdn-gate/webgpu.ts';
import { l2NormGradKernel, l2NormKernel } from './l2-norm/webgpu.ts';
import { l2NormsGradKernel, l2NormsKernel } from './l2-norms/webgpu.ts';
import { layerNormGradKernel, layerNormKernel } from './layer-norm/webgpu.ts';
import { linearsGradKernel, linearsKernel } from './linear/webgpu.ts';
import { logProbsKernel } from './log-probs/webgpu.ts';
import { logSigmoidGradKernel, logSigmoidKernel } from './log-sigmoid/webgpu.ts';
import { logSumExpKernel } from './log-sum-exp/webgpu.ts';
import { muonMomentumKernel, muonMoveKernel } from './muon/webgpu.ts';
import { normalCdfGradKernel, normalCdfKernel } from './normal-cdf/webgpu.ts';
import { rmsNormGradKernel, rmsNormKernel } from './rms-norm/webgpu.ts';
import { rotariesKernel, rotaryKernel } from './rotary/webgpu.ts';
import { packSequencesKernel, padSequencesKernel } from './sequences/webgpu.ts';
import { shortConvGradKernel, shortConvKernel } from './short-conv/webgpu.ts';
import { shortConvsGradKernel, shortConvsKernel } from './short-convs/webgpu.ts';
import { siluGradKernel, siluKernel } from './silu/webgpu.ts';
import { softmaxGradKernel, softmaxKernel } from './softmax/webgpu.ts';
import { swigluGradKernel, swigluKernel } from './swiglu/webgpu.ts';
import { swigluLinearGradKernel, swigluLinearKernel } from './swiglu-linear/webgpu.ts';

/** Projections of one input, with their gradient. */
export const linearsKernels: readonly WebGpuKernel[] = [linearsKernel, linearsGradKernel];
/** RMSNorm. */
export const rmsNormKernels: readonly WebGpuKernel[] = [rmsNormKernel, rmsNormGradKernel];
/** RMSNorm times a gate. */
export const gatedRmsNormKernels: readonly WebGpuKernel[] = [gatedRmsNormKernel, gatedRmsNormGradKernel];
/** L2 norms of queries and keys. */
export const l2NormKernels: readonly WebGpuKernel[] = [
  l2NormKernel,
  l2NormGradKernel,
  l2NormsKernel,
  l2NormsGradKernel,
];
/** Short convolutions, one or several side by side. */
export const shortConvKernels: readonly WebGpuKernel[] = [
  shortConvKernel,
  shortConvGradKernel,
  shortConvsKernel,
  shortConvsGradKernel,
];
/** SiLU. */
export const siluKernels: readonly WebGpuKernel[] = [siluKernel, siluGradKernel];
/** SwiGLU. */
export const swigluKernels: readonly WebGpuKernel[] = [swigluKernel, swigluGradKernel];
/** The logarithm of a sigmoid. */
export const logSigmoidKernels: readonly WebGpuKernel[] = [logSigmoidKernel, logSigmoidGradKernel];
/** The gate, and the bounds of all layers, which are learned. */
export const forgetGateKernels: readonly WebGpuKernel[] = [
  forgetGateKernel,
  forgetGateGradKernel,
  logSumExpKernel,
  softmaxKernel,
  softmaxGradKernel,
];
/** The distribution function of the normal, of which GELU is made. */
export const normalCdfKernels: readonly WebGpuKernel[] = [normalCdfKernel, normalCdfGradKernel];
/** Both gates of the gated delta rule. */
export const gdnGateKernels: readonly WebGpuKernel[] = [gdnGateKernel, gdnGateGradKernel];
/** Rotary positions, of one tensor or several. */
export const rotaryKernels: readonly WebGpuKernel[] = [rotaryKernel, rotariesKernel];

/** What every language model runs around its mixers, its loss and its optimisers included. */
export const modelKernels: readonly WebGpuKernel[] = /* @__PURE__ */ (() => [
  ...linearsKernels,
  ...rmsNormKernels,
  ...siluKernels,
  addRmsNormKernel,
  addRmsNormGradKernel,
  addRmsNormLinearsKernel,
  crossEntropyKernel,
  crossEntropyGradKernel,
  logProbsKernel,
  ...swigluKernels,
  swigluLinearKernel,
  swigluLinearGradKernel,
  padSequencesKernel,
  packSequencesKernel,
  adamwKernel,
  advanceKernel,
  muonMomentumKernel,
  muonMoveKernel,
  clipGradNormKernel,
])();

/** All kernels of this package. */
export const kernels: readonly WebGpuKernel[] = /* @__PURE__ */ (() => [
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
