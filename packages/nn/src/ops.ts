// The functions of all ops of the package.
export { embedding } from '@twilljs/tensor';
export { type AdamWAttrs, adamw, advance } from './adamw/op.ts';
export { applyBackward, backwardOf } from './backward.ts';
export { normBlocks, type Span } from './clip-grad-norm/blocks.ts';
export { type ClipOptions, clipFactor, clipGradNorm } from './clip-grad-norm/op.ts';
export { crossEntropy, linearCrossEntropy } from './cross-entropy/op.ts';
export { type GateActivation, gatedRmsNorm } from './gated-rms-norm/op.ts';
export { l2Norm } from './l2-norm/op.ts';
export { layerNorm } from './layer-norm/op.ts';
export { linear } from './linear/linear.ts';
export { logSumExp } from './log-sum-exp/op.ts';
export { normalCdf } from './normal-cdf/op.ts';
export { rmsNorm } from './rms-norm/op.ts';
export { type RopeOptions, type RotaryTables, rope, rotary, rotaryTables } from './rotary/op.ts';
export { shortConv } from './short-conv/op.ts';
export { silu } from './silu/op.ts';
export { softmax } from './softmax/op.ts';
export { swiglu } from './swiglu/op.ts';
