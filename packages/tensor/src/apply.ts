// Runs ops: a kernel if the device has one, else the definition, else an error that says why.
import type { Device, Runner } from './device.ts';
import { DeviceError, invariant, ShapeError, UnsupportedOpError } from './errors.ts';
import type { Op } from './op.ts';
import { scope } from './scope.ts';
import { bytesPer, type DType, type Shape, shapesOf, size } from './shape.ts';
import { adopt, Storage } from './storage.ts';
import { isRecording, Node, untracked } from './tape.ts';
import { Tensor } from './tensor.ts';

/** A new tensor with uninitialised memory, in the current scope. */
export function empty(shape: Shape, device: Device, dtype: DType = device.float): Tensor {
  const out = new Tensor(new Storage(device, size(shape) * bytesPer[dtype]), device, shape, dtype);
  adopt(out);
  return out;
}

function deviceOf(op: Op, ins: readonly (Tensor | null)[]): Device {
  const first = ins.find((t) => t !== null);
  invariant(first, `${op.name} has at least one input`);
  for (const t of ins) {
    if (t && t.device !== first.device) {
      throw new DeviceError(
        `${op.name}: inputs are on ${first.device.name} and on ${t.device.name}; move one of them with to(device).`,
      );
    }
  }
  return first.device;
}

/** Ties outputs to their inputs on the tape, where one of these wants a gradient. */
export function record<A>(op: Op<A>, ins: readonly (Tensor | null)[], outs: readonly Tensor[], attrs: A): void {
  const node = new Node(op, attrs, ins, outs);
  outs.forEach((t, i) => {
    t.slot = node.slots[i];
  });
}

function launch(runner: Runner, ins: readonly (Tensor | null)[], outs: readonly Tensor[]): void {
  const device = outs[0].device;
  const scratch = runner.scratch > 0 ? device.allocate(runner.scratch) : null;
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
    if (updated === undefined) return empty(shape, device);
    const target = ins[op.inputs.indexOf(updated)];
    invariant(target, `${op.name} updates an input that is present`);
    return target.alias(shape);
  });
}

/**
 * Runs one op and returns its outputs.
 *
 * @param ins tensors on one device; null for an absent optional input.
 * @throws ShapeError from the op's shape rule; DeviceError for mixed devices; UnsupportedOpError when the device has no kernel and
 * the op no definition.
 */
export function apply<A>(op: Op<A>, ins: readonly (Tensor | null)[], attrs: A): Tensor[] {
  const device = deviceOf(op, ins);
  const shapes = op.shape(shapesOf(ins), attrs);
  const tracked = isRecording() && ins.some((t) => t?.slot);
  if (tracked && op.updates) {
    throw new UnsupportedOpError(
      `${op.name}: it writes ${Object.values(op.updates)} in place, which a gradient is being recorded for; call it inside untracked().`,
    );
  }
  const runner = device.find(op, ins, attrs);
  if (typeof runner !== 'string') {
    const outs = outputs(op, ins, shapes, device);
    if (shapes.some((s) => size(s) > 0)) launch(runner, ins, outs);
    if (tracked) record(op, ins, outs, attrs);
    return outs;
  }
  if (!op.define) throw new UnsupportedOpError(`${op.name} cannot run on ${device.name}: ${runner}.`);
  const fallback = device.fallbacks.get(op.name);
  if (fallback) fallback.count++;
  else device.fallbacks.set(op.name, { reason: runner, count: 1 });
  const define = () => scope(() => op.define!(ins as Tensor[], attrs).map(ownHandle));
  if (!tracked || !op.vjp) return define();
  const outs = untracked(define);
  record(op, ins, outs, attrs);
  return outs;
}

/** A definition may return one of its inputs; an op's output is always a tensor of its own. */
function ownHandle(t: Tensor): Tensor {
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
  const known = shape.reduce((n, d) => (d === -1 ? n : n * d), 1);
  const resolved = shape.map((d) => (d === -1 ? x.size / known : d));
  if (size(resolved) !== x.size || resolved.some((d) => !Number.isInteger(d) || d < 0)) {
    throw new ShapeError(
      `reshape: [${x.shape}] has ${x.size} elements, which do not fill [${shape}]; choose a shape of that size.`,
    );
  }
  const out = x.alias(resolved);
  if (isRecording() && x.slot) record(reshapeOp, [x], [out], null);
  return out;
}
