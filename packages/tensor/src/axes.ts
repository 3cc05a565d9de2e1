// Axes as loops: shapes with their steps, merged into as few loops as possible, so that kernels see long rows.
import type { Shape } from './shape.ts';

/** One loop, and by how many floats each operand advances in it. */
export interface Loop {
  readonly size: number;
  readonly steps: readonly number[];
}

/** Steps with which `from` is read as if it had the shape `to`: broadcast axes stand still. */
export function stepsOf(from: Shape, to: Shape): number[] {
  const steps = new Array<number>(to.length).fill(0);
  let step = 1;
  for (let i = from.length - 1; i >= 0; i--) {
    if (from[i] !== 1) steps[i + to.length - from.length] = step;
    step *= from[i];
  }
  return steps;
}

/** Loops over `shape`, outermost first, without axes of size 1; neighbours that every operand walks in one go are one loop. */
export function loopsOf(shape: Shape, operands: readonly (readonly number[])[]): Loop[] {
  const loops: Loop[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis];
    if (size === 1) continue;
    const steps = operands.map((operand) => operand[axis]);
    const inner = loops.at(-1);
    if (inner && steps.every((step, i) => step === inner.steps[i] * inner.size)) {
      loops[loops.length - 1] = { size: inner.size * size, steps: inner.steps };
    } else loops.push({ size, steps });
  }
  return loops.reverse();
}

/** `loops` with loops of one turn in front, up to `depth` of them; those beyond `depth` are the `outer` ones. */
export function nest(loops: readonly Loop[], depth: number, operands: number): { outer: Loop[]; inner: Loop[] } {
  const missing = Math.max(0, depth - loops.length);
  const once: Loop = { size: 1, steps: new Array<number>(operands).fill(1) };
  const cut = Math.max(0, loops.length - depth);
  return { outer: loops.slice(0, cut), inner: [...new Array<Loop>(missing).fill(once), ...loops.slice(cut)] };
}

/** The operands' pointers at every turn of `outer`. */
export function turns(outer: readonly Loop[], pointers: readonly number[]): (readonly number[])[] {
  return outer.reduce(
    (all, { size, steps }) =>
      all.flatMap((at) => Array.from({ length: size }, (_, i) => at.map((p, operand) => p + 4 * i * steps[operand]))),
    [pointers],
  );
}

/** [outer, size, inner] around one axis. */
export function around(shape: Shape, axis: number): [outer: number, size: number, inner: number] {
  let outer = 1;
  let inner = 1;
  for (let i = 0; i < axis; i++) outer *= shape[i];
  for (let i = axis + 1; i < shape.length; i++) inner *= shape[i];
  return [outer, shape[axis], inner];
}

/** A sum or a maximum over the middle axis of [outer, n, inner]. */
export interface Reduction {
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
}

/** What leads from `x` to the same rank with some axes 1: one for each run of neighbouring axes, the innermost first; at least one. */
export function reductionsOf(x: Shape, to: Shape): Reduction[] {
  const kept = stepsOf(to, to).map((step, i) => (to[i] === 1 ? 0 : step));
  const loops = loopsOf(x, [kept]);
  const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);
  const out: Reduction[] = [];
  const sizes = loops.map((loop) => loop.size);
  for (let i = loops.length - 1; i >= 0; i--) {
    if (loops[i].steps[0] !== 0) continue;
    out.push({ outer: product(sizes.slice(0, i)), n: sizes[i], inner: product(sizes.slice(i + 1)) });
    sizes[i] = 1;
  }
  // Nothing to reduce is a sum over one element each.
  return out.length > 0 ? out : [{ outer: product(sizes), n: 1, inner: 1 }];
}
