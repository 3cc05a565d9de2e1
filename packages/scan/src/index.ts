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
export { type VectorDecayAttrs, vectorDecay, vectorDecayGradOp, vectorDecayOp } from './vector-decay/op.ts';
export { type VectorDeltaAttrs, vectorDelta, vectorDeltaGradOp, vectorDeltaOp } from './vector-delta/op.ts';
