// @twilljs/nn/webgpu: WGSL kernels of the ops, to hand to `webgpu({ kernels })`.
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

export const kernels: readonly WebGpuKernel[] = [
  rmsNormKernel,
  rmsNormGradKernel,
  addRmsNormKernel,
  addRmsNormGradKernel,
  addRmsNormLinearsKernel,
  gatedRmsNormKernel,
  gatedRmsNormGradKernel,
  l2NormKernel,
  l2NormGradKernel,
  l2NormsKernel,
  l2NormsGradKernel,
  softmaxKernel,
  softmaxGradKernel,
  logSumExpKernel,
  crossEntropyKernel,
  crossEntropyGradKernel,
  logProbsKernel,
  linearsKernel,
  linearsGradKernel,
  siluKernel,
  siluGradKernel,
  swigluKernel,
  swigluGradKernel,
  swigluLinearKernel,
  swigluLinearGradKernel,
  logSigmoidKernel,
  logSigmoidGradKernel,
  forgetGateKernel,
  forgetGateGradKernel,
  gdnGateKernel,
  gdnGateGradKernel,
  shortConvKernel,
  shortConvGradKernel,
  shortConvsKernel,
  shortConvsGradKernel,
  rotaryKernel,
  rotariesKernel,
  padSequencesKernel,
  packSequencesKernel,
  layerNormKernel,
  layerNormGradKernel,
  normalCdfKernel,
  normalCdfGradKernel,
  adamwKernel,
  advanceKernel,
  muonMomentumKernel,
  muonMoveKernel,
  clipGradNormKernel,
];
