// @twilljs/tensor: tensors, ops, gradients, the reference devices.
export { Allocator, type GrowingMemory, pageBytes } from './allocator.ts';
export { apply, apply1, empty } from './apply.ts';
export { arenaLayout, moveToArena, packArena, storeInBF16 } from './arena.ts';
export { detach, freeze, grad, gradOf, parameter, vjpOfDefinition } from './autograd.ts';
export { around, type Loop, loopsOf, nest, type Reduction, reductionsOf, stepsOf, turns } from './axes.ts';
export { decodeBF16, encodeBF16 } from './bf16.ts';
export { type Compiled, compile } from './compile.ts';
export { type CpuOptions, cpu } from './cpu.ts';
export { type CreateOptions, full, ones, tensor, write, zeros } from './create.ts';
export {
  type BoundOp,
  type Device,
  type DeviceBuffer,
  type DeviceReport,
  type Fallback,
  type KernelLaunch,
  type KernelTime,
  nameBeside,
  type OpSequence,
  type Runner,
} from './device.ts';
export { requireReadable, requireWithin, requireWritable } from './device-memory.ts';
export {
  DeviceError,
  DeviceLostError,
  DTypeError,
  type ErrorDetails,
  FileError,
  factsOf,
  isTwillError,
  OptionError,
  OutOfMemoryError,
  ShapeError,
  TwillError,
  UnsupportedOpError,
} from './errors.ts';
export { requireDevice, requireTensor } from './inputs.ts';
export { meta } from './meta.ts';
export { nextTurn } from './next-turn.ts';
export { type IdRange, type Op, outputType, type View } from './op.ts';
export { assign } from './ops/fill.ts';
export { embedding, IGNORE, oneHot } from './ops/indexing.ts';
export { type SolveAttrs, solveTril } from './ops/linear-algebra.ts';
export { type BandAttrs, concat } from './ops/movement.ts';
export { argmax } from './ops/reduce.ts';
export { cast } from './ops/unary.ts';
export { finite, flag, knownOnly, nearest, number, objectOnly, oneOf, shown, slipOf, whole } from './options.ts';
export { lateReturns } from './outside.ts';
export { Owned } from './owned.ts';
export { type PrimitiveName, primitives } from './primitives.ts';
export { exactExp, exactLog, type Random, rng } from './random.ts';
export { checkRanges, type RangeList } from './ranges.ts';
export { recompute } from './recompute.ts';
export { requireOutsideStep } from './recorder.ts';
export { keep, release, scope } from './scope.ts';
export { sequenceOf } from './sequence.ts';
export {
  broadcastShapes,
  bytesPer,
  type Data,
  type DType,
  hostArray,
  requireShape,
  requireSize,
  type Shape,
  type Spec,
  sameShape,
  shapesOf,
  size,
  typedArray,
} from './shape.ts';
export type { StepOp, StepReport } from './step-report.ts';
export { untracked } from './tape.ts';
export { Tensor } from './tensor.ts';
