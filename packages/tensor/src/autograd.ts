// Reverse-mode differentiation over the tape.
import { full, zeros } from './create.ts';
import { nameBeside } from './device.ts';
import { DeviceError, DTypeError, OptionError, ShapeError, UnsupportedOpError } from './errors.ts';
import { requireTensor } from './inputs.ts';
import type { Op } from './op.ts';
import { binary } from './ops/binary.ts';
import { shown } from './options.ts';
import { noteChange, within } from './recorder.ts';
import { scope } from './scope.ts';
import { sameShape } from './shape.ts';
import { type Node, type Slot, untracked, upcomingId, withRecording } from './tape.ts';
import type { Tensor } from './tensor.ts';

/**
 * A leaf of the tape: gradients with respect to `t` can be asked for from now on, of what is computed from it from now on.
 *
 * @returns `t` itself.
 * @throws DTypeError for ids, and for what is stored in bf16.
 */
export function parameter<T extends Tensor>(t: T): T {
  requireTensor('parameter', 't', t);
  if (t.dtype === 'i32')
    throw new DTypeError(`parameter: [${t.shape}] holds i32 ids, which have no gradient; give floats.`);
  if (t.dtype === 'bf16') {
    throw new DTypeError(
      `parameter: [${t.shape}] is stored in bf16, of which there is no gradient; give cast(t), or freeze(t) it.`,
    );
  }
  t.isParameter = true;
  if (t.slot) return t;
  t.slot = { node: null, since: t.used ? upcomingId() : 0 };
  if (t.captured) noteChange();
  return t;
}

/**
 * A parameter for which no gradient is asked: a module's `params` have it, and it is a constant of what is computed from now on.
 *
 * @returns `t` itself.
 */
export function freeze<T extends Tensor>(t: T): T {
  requireTensor('freeze', 't', t);
  t.isParameter = true;
  if (t.slot && t.captured) noteChange();
  t.slot = undefined;
  return t;
}

/** The same values, as a constant: no gradient flows through. */
export function detach(t: Tensor): Tensor {
  requireTensor('detach', 't', t);
  return t.alias(t.shape);
}

/**
 * Gradients of a scalar, d loss / d wrt. Consumes the tape: each graph is differentiated once.
 *
 * @param loss one element, recorded.
 * @param wrt tensors made by `parameter`, or values of the graph.
 * @returns one tensor per entry of `wrt`, of its shape; zeros for a parameter that the loss does not depend on.
 * @throws ShapeError when the loss has more than one element; OptionError when nothing was recorded, of the loss or of an entry of
 * `wrt`; DeviceError when the graph was consumed before, or an entry lies on another device.
 */
export function grad(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  requireTensor('grad', 'the loss', loss);
  if (loss.size !== 1) throw new ShapeError(`grad: the loss has shape [${loss.shape}], not one element; sum it first.`);
  requireLeaves('grad', loss, wrt);
  requireRecorded('grad', 'the loss', loss);
  return untracked(() => scope(() => sweep([loss], [full(loss.shape, 1, { device: loss.device })], wrt)));
}

/**
 * Gradients of sum over i of <ys[i], dys[i]>: the vector-Jacobian product.
 *
 * @param ys at least one, recorded.
 * @param dys one cotangent per y, of its shape.
 * @returns and throws as `grad`.
 */
export function gradOf(ys: readonly Tensor[], dys: readonly Tensor[], wrt: readonly Tensor[]): Tensor[] {
  if (!Array.isArray(ys) || !Array.isArray(dys) || ys.length === 0 || ys.length !== dys.length) {
    throw new OptionError(
      `gradOf: ys is ${shown(ys)} and dys ${shown(dys)}; give two lists with one cotangent for each y.`,
    );
  }
  ys.forEach((y, i) => {
    requireTensor('gradOf', `ys[${i}]`, y);
    requireTensor('gradOf', `dys[${i}]`, dys[i]);
    if (!sameShape(y.shape, dys[i].shape)) {
      throw new ShapeError(`gradOf: dys[${i}] is [${dys[i].shape}] but ys[${i}] [${y.shape}]; give it that shape.`);
    }
    requireSameDevice('gradOf', `dys[${i}]`, dys[i], y);
  });
  requireLeaves('gradOf', ys[0], wrt);
  ys.forEach((y, i) => {
    requireRecorded('gradOf', `ys[${i}]`, y);
  });
  return untracked(() => scope(() => sweep(ys, dys, wrt)));
}

/** Nothing can be known of a value without a tape: zeros would be wrong wherever it does depend on what is asked for. */
function requireRecorded(name: string, what: string, y: Tensor): void {
  if (y.slot) return;
  throw new OptionError(
    `${name}: ${what} [${y.shape}] was not recorded: nothing that it is made of was a parameter, or it was made inside untracked() or by a compiled step; call parameter(x) first, and compute it outside.`,
  );
}

function requireSameDevice(name: string, what: string, t: Tensor, y: Tensor): void {
  if (t.device === y.device) return;
  throw new DeviceError(
    `${name}: ${what} [${t.shape}] is on ${t.device.name} and what is differentiated on ${nameBeside(t.device, y.device)}; compute it on one device.`,
  );
}

function requireLeaves(name: string, y: Tensor, wrt: readonly Tensor[]): void {
  if (!Array.isArray(wrt))
    throw new OptionError(`${name}: wrt is ${shown(wrt)}, not a list of tensors; give [x, ...].`);
  wrt.forEach((t, i) => {
    requireTensor(name, `wrt[${i}]`, t);
    if (!t.slot) {
      throw new OptionError(
        `${name}: wrt[${i}] [${t.shape}] is neither a parameter nor a value of the graph; call parameter(x) before the forward.`,
      );
    }
    requireSameDevice(name, `wrt[${i}]`, t, y);
  });
}

/** Nodes that lead to `ys`, latest first. */
function reachable(ys: readonly Tensor[]): Node[] {
  const seen = new Set<Node>();
  const pending = ys.map((y) => y.slot?.node);
  while (pending.length > 0) {
    const node = pending.pop();
    if (!node || seen.has(node)) continue;
    if (node.consumed) {
      throw new DeviceError(
        `grad: the graph of ${node.op.name} was differentiated or given back before; run the forward again, inside the same scope as grad.`,
      );
    }
    seen.add(node);
    for (const slot of node.sources) pending.push(slot?.node);
  }
  return [...seen].sort((a, b) => b.id - a.id);
}

/** Internal. @param see is told of every source of the graph. */
export function sweep(
  ys: readonly Tensor[],
  dys: readonly Tensor[],
  wrt: readonly Tensor[],
  see: (slot: Slot) => void = () => {},
): Tensor[] {
  const wanted = new Set(wrt.map((t) => t.slot));
  const cotangents = new Map<Slot, Tensor>();
  const accumulate = (slot: Slot, g: Tensor) => {
    const before = cotangents.get(slot);
    cotangents.set(slot, before ? binary.add(before, g) : g);
    if (!before) return;
    before.release();
    g.release();
  };
  ys.forEach((y, i) => {
    if (y.slot) accumulate(y.slot, dys[i].alias(dys[i].shape));
  });
  const nodes = reachable(ys);
  for (const node of nodes) for (const slot of node.sources) if (slot) see(slot);
  const earliest = nodes.at(-1)?.id ?? Number.POSITIVE_INFINITY;
  wrt.forEach((t, i) => {
    if (earliest >= (t.slot?.since ?? 0)) return;
    throw new OptionError(
      `grad: wrt[${i}] [${t.shape}] was a constant when a part of the graph was computed; call parameter(x) before the forward.`,
    );
  });
  const useful = leadingTo(nodes, wanted);
  for (const node of nodes) {
    const given = node.slots.map((slot) => cotangents.get(slot));
    if (useful.has(node) && given.some((g) => g !== undefined)) {
      const needs = node.sources.map((s) => s !== null && (wanted.has(s) || (s.node !== null && useful.has(s.node))));
      const gs = scope(() => {
        const dy = given.map((g, i) => g ?? zeros(node.shapes[i], { device: ys[0].device }));
        return vjp(node, dy, needs).map((g) => (g ? g.alias(g.shape) : null));
      });
      gs.forEach((g, i) => {
        const slot = node.sources[i];
        if (g && slot && needs[i]) accumulate(slot, g);
        else g?.release();
      });
    }
    node.release();
    node.slots.forEach((slot, i) => {
      if (wanted.has(slot)) return;
      given[i]?.release();
      cotangents.delete(slot);
    });
  }
  return wrt.map((t) => (t.slot && cotangents.get(t.slot)) ?? zeros(t.shape, { device: t.device }));
}

/** Nodes with a wanted slot among their sources, or before them. */
function leadingTo(latestFirst: readonly Node[], wanted: ReadonlySet<Slot | undefined>): Set<Node> {
  const useful = new Set<Node>();
  for (const node of latestFirst.toReversed()) {
    const leads = (slot: Slot | null) => slot && (wanted.has(slot) || (slot.node && useful.has(slot.node)));
    if (node.sources.some(leads)) useful.add(node);
  }
  return useful;
}

function vjp(node: Node, dys: Tensor[], needs: readonly boolean[]): (Tensor | null)[] {
  const { op, ins, outs, attrs } = node;
  return within(`${op.name}'`, () =>
    op.vjp ? op.vjp(dys, ins as Tensor[], outs, attrs, needs) : vjpOfDefinition(op, dys, ins, attrs, needs),
  );
}

/**
 * The gradient that every composite has: run its definition again and differentiate that.
 *
 * @throws UnsupportedOpError for an op without one.
 */
export function vjpOfDefinition<A>(
  op: Op<A>,
  dys: readonly Tensor[],
  ins: readonly (Tensor | null)[],
  attrs: A,
  needs: readonly boolean[],
): (Tensor | null)[] {
  if (!op.define) throw new UnsupportedOpError(`${op.name} has no gradient; call it inside untracked().`);
  const { define } = op;
  const xs = ins.map((t, i) => {
    if (!t) return null;
    const x = t.alias(t.shape);
    return needs[i] ? parameter(x) : x;
  });
  const ys = withRecording(true, () => scope(() => define(xs as Tensor[], attrs)));
  const wrt = xs.filter((x, i): x is Tensor => x !== null && needs[i]);
  const gs = untracked(() => scope(() => sweep(ys, dys, wrt)));
  let next = 0;
  return xs.map((x, i) => (x && needs[i] ? gs[next++] : null));
}
