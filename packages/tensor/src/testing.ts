// @twilljs/tensor/testing: gradient checks, op conformance and replay of expected numbers, for any test runner.
export { conformance, failures, named, type OpCase, prepare } from './testing/conformance.ts';
export { type Deviation, deviation, tolerances } from './testing/error.ts';
export { type GradcheckInput, gradcheck } from './testing/gradcheck.ts';
export { noise } from './testing/noise.ts';
export { type Fitting, faults, type Misuse } from './testing/odd.ts';
export { type PrimitiveCase, primitiveCases } from './testing/primitive-cases.ts';
export { type Case, type Compared, evaluate, type Numbers, replay, replayed } from './testing/replay.ts';
