// @twilljs/attention: causal softmax attention as a layer.
export { append } from './append/op.ts';
export { attention } from './family.ts';
export { Attention, type AttentionConfig } from './layer.ts';
export { type AttentionAttrs, attentionGradOp, attentionOp, type Past, scaledDotProductAttention } from './op.ts';
export { recurrence } from './recurrence.ts';
