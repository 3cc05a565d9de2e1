// All ops of the package: their functions for users, and themselves for kernels, tests and tools.
export { embedding } from '@twilljs/tensor';
export { type AdamWAttrs, adamw, adamwOp } from './adamw/op.ts';
export { applyBackward, backwardOf } from './backward.ts';
export { type ClipGradNormAttrs, clipGradNorm, clipGradNormOp } from './clip-grad-norm/op.ts';
export { crossEntropy, crossEntropyGradOp, crossEntropyOp, linearCrossEntropy } from './cross-entropy/op.ts';
export {
  type GateActivation,
  type GatedRmsNormAttrs,
  gatedRmsNorm,
  gatedRmsNormGradOp,
  gatedRmsNormOp,
} from './gated-rms-norm/op.ts';
export { type L2NormAttrs, l2Norm, l2NormGradOp, l2NormOp } from './l2-norm/op.ts';
export { type LayerNormAttrs, layerNorm, layerNormGradOp, layerNormOp } from './layer-norm/op.ts';
export { linear } from './linear/linear.ts';
export { logSumExp, logSumExpOp } from './log-sum-exp/op.ts';
export { normalCdf, normalCdfGradOp, normalCdfOp } from './normal-cdf/op.ts';
export { type RmsNormAttrs, rmsNorm, rmsNormGradOp, rmsNormOp } from './rms-norm/op.ts';
export {
  type RopeOptions,
  type RotaryAttrs,
  type RotaryTables,
  rope,
  rotary,
  rotaryOp,
  rotaryTables,
} from './rotary/op.ts';
export { type ShortConvAttrs, shortConv, shortConvGradOp, shortConvOp } from './short-conv/op.ts';
export { silu, siluGradOp, siluOp } from './silu/op.ts';
export { softmax, softmaxGradOp, softmaxOp } from './softmax/op.ts';
export { swiglu, swigluGradOp, swigluOp } from './swiglu/op.ts';
