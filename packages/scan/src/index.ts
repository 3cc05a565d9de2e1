// @twilljs/scan: the recurrences behind the linear mixers.
export { shareHeads } from './chunk.ts';
export { elementwise, elementwiseGradOp, elementwiseOp } from './elementwise/op.ts';
export {
  type ScalarDecayAttrs,
  type ScalarDecayGradAttrs,
  scalarDecay,
  scalarDecayGradOp,
  scalarDecayOp,
} from './scalar-decay/op.ts';
export { type ScalarDeltaAttrs, scalarDelta, scalarDeltaGradOp, scalarDeltaOp } from './scalar-delta/op.ts';
