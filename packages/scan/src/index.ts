// @twilljs/scan: the recurrences behind the linear mixers.
export { type ScalarDeltaAttrs, scalarDelta, scalarDeltaGradOp, scalarDeltaOp } from './scalar-delta/op.ts';
