// Runs ops: a kernel if the device has one, else the definition, else an error that says why.
import type { Device, Runner } from './device.ts';
import { DTypeError, invariant, ShapeError, UnsupportedOpError } from './errors.ts';
import { checkedInputs, requireDevice, requireIds, requireTensor } from './inputs.ts';
import { type Op, outputType, rangeOf } from './op.ts';
import { shown } from './options.ts';
import { allocate } from './outside.ts';
import { activeRecorder, within } from './recorder.ts';
import { scope } from './scope.ts';
import { bytesPer, type DType, requireShape, type Shape, shapesOf, size } from './shape.ts';
import { adopt, Storage } from './storage.ts';
import { isRecording, Node, untracked } from './tape.ts';
import { Tensor } from './tensor.ts';

/**
 * A new tensor with uninitialised memory, in the current scope.
 *
 * @throws ShapeError for what is no shape; DTypeError for a type that the device does not have; DeviceError when there is no memory
 * for it.
 */
export function empty(shape: Shape, device: Device, dtype: DType = device?.float): Tensor {
  requireDevice('empty', device);
  requireTypeOf(device, 'empty', dtype);
  requireShape('empty', shape);
  return fresh([...shape], device, dtype);
}

/** @throws DTypeError for a type that a device does not have. */
export function requireTypeOf({ name, float }: Device, where: string, dtype: DType): void {
  if (dtype === float || dtype === 'i32' || dtype === 'bf16') return;
  throw new DTypeError(
    `${where}: dtype ${shown(dtype)} was asked for on ${name}, whose numbers are ${float}; leave it out, or say i32 or bf16.`,
  );
}

/** The same, for a shape and a type that were looked at. */
function fresh(shape: Shape, device: Device, dtype: DType): Tensor {
  const out = new Tensor(new Storage(device, size(shape) * bytesPer[dtype]), device, shape, dtype);
  adopt(out);
  return out;
}

/** Ties outputs to their inputs on the tape, where one of these wants a gradient. */
export function record<A>(op: Op<A>, ins: readonly (Tensor | null)[], outs: readonly Tensor[], attrs: A): void {
  const node = new Node(op, attrs, ins, outs);
  outs.forEach((t, i) => {
    if (t.dtype !== 'i32') t.slot = node.slots[i];
  });
}

function launch<A>(
  op: Op<A>,
  runner: Runner,
  ins: readonly (Tensor | null)[],
  outs: readonly Tensor[],
  attrs: A,
): void {
  const device = outs[0].device;
  activeRecorder()?.launched(op, runner, ins, outs, attrs);
  const scratch = runner.scratch > 0 ? allocate(device, runner.scratch) : null;
  try {
    runner.run(
      ins.map((t) => (t ? t.buffer : null)),
      outs.map((t) => t.buffer),
      scratch,
    );
  } finally {
    if (scratch !== null) device.free(scratch);
  }
}

/** Outputs of an op: new memory, or the input's own where the op declares that it updates it. */
function outputs<A>(op: Op<A>, ins: readonly (Tensor | null)[], shapes: readonly Shape[], device: Device): Tensor[] {
  return shapes.map((shape, i) => {
    const updated = op.updates?.[op.outputs[i]];
    if (updated === undefined) {
      requireShape(op.name, shape);
      return fresh(shape, device, outputType(op, i, ins, device.float));
    }
    const target = ins[op.inputs.indexOf(updated)];
    invariant(target, `${op.name} updates an input that is present`);
    return target.alias(shape);
  });
}

const none = /* @__PURE__ */ Object.freeze({});

/**
 * Runs one op and returns its outputs.
 *
 * @param given tensors on one device; null for an absent optional input.
 * @throws OptionError for what is no tensor, or a wrong attribute; ShapeError from the op's shape rule; DTypeError for ids where
 * numbers belong; DeviceError for mixed devices and released tensors; UnsupportedOpError when the device has no kernel and the op
 * no definition.
 */
export function apply<A>(op: Op<A>, given: readonly (Tensor | null)[], attrs: A): Tensor[] {
  return applyOn(checkedInputs(op, given), op, given, attrs);
}

/** The same on a given device: of ops without inputs. */
export function applyOn<A>(device: Device, op: Op<A>, given: readonly (Tensor | null)[], attrs: A): Tensor[] {
  // Absent is null for ops, though callers may leave it out.
  const ins = given.includes(undefined as never) ? Array.from(given, (t) => t ?? null) : given;
  // Without attributes each is undefined, which the rule of an op that has some refuses as it does any other wrong value.
  const shapes = op.shape(shapesOf(ins), attrs ?? (none as A));
  for (const input in op.ids) {
    const ids = ins[op.inputs.indexOf(input)];
    if (ids) requireIds(op.name, input, ids.requireMemory(), rangeOf(op, input, shapesOf(ins), attrs ?? (none as A)));
  }
  const differentiable = op.types === undefined || op.outputs.some((name) => !op.types![name]);
  const tracked = differentiable && isRecording() && ins.some((t) => t?.slot);
  if (tracked && op.updates) {
    throw new UnsupportedOpError(
      `${op.name}: it writes its ${Object.values(op.updates).join(', ')} in place while a gradient is being recorded; call it inside untracked().`,
    );
  }
  const runner = device.find(op, ins, attrs);
  if (typeof runner !== 'string') {
    const outs = outputs(op, ins, shapes, device);
    if (shapes.some((s) => size(s) > 0)) launch(op, runner, ins, outs, attrs);
    if (tracked) record(op, ins, outs, attrs);
    return outs;
  }
  if (!op.define) throw new UnsupportedOpError(`${op.name} cannot run on ${device.name}: ${runner}.`);
  const fallback = device.fallbacks.get(op.name);
  if (fallback) fallback.count++;
  else device.fallbacks.set(op.name, { reason: runner, count: 1 });
  const define = () => within(op.name, () => scope(() => op.define!(ins as Tensor[], attrs).map(ownHandle)));
  if (!tracked || !op.vjp) return define();
  const outs = untracked(define);
  record(op, ins, outs, attrs);
  return outs;
}

/** The same value as another tensor: a definition may return one of its inputs, and an op's output is always a tensor of its own. */
export function ownHandle(t: Tensor): Tensor {
  const out = t.alias(t.shape);
  out.slot = t.slot;
  return out;
}

/** The first output of an op that has one. */
export function apply1<A>(op: Op<A>, ins: readonly (Tensor | null)[], attrs: A): Tensor {
  return apply(op, ins, attrs)[0];
}

const reshapeOp: Op<null> = {
  name: 'reshape',
  inputs: ['x'],
  outputs: ['y'],
  reads: [],
  shape: ([x]) => [x!],
  vjp: ([dy], [x]) => [reshape(dy, x.shape)],
};

/** The same elements in the same order under another shape; no copy. One axis may be -1. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  requireTensor('reshape', 'x', x);
  const whole = Array.isArray(shape) && shape.every(Number.isSafeInteger);
  const known = whole ? shape.reduce((n, d) => (d === -1 ? n : n * d), 1) : 0;
  const resolved = whole ? shape.map((d) => (d === -1 ? x.size / known : d)) : [];
  if (!whole || size(resolved) !== x.size || !resolved.every((d) => Number.isSafeInteger(d) && d >= 0)) {
    throw new ShapeError(
      `reshape: [${x.shape}] has ${x.size} elements, which do not fill ${shown(shape)}; choose a shape of that size.`,
    );
  }
  const out = x.alias(resolved);
  if (isRecording() && x.slot) record(reshapeOp, [x], [out], null);
  else if (isRecording()) x.used = true;
  return out;
}
