// Where an element of a broadcast, permuted or cut tensor lies in its source.
import { type Shape, size, strides } from '../shape.ts';

/** For each element of `out`, row-major: base + sum over axes of index * step. */
export function indexMap(out: Shape, steps: readonly number[], base = 0): Int32Array {
  const map = new Int32Array(size(out));
  const index = new Array<number>(out.length).fill(0);
  let at = base;
  for (let i = 0; i < map.length; i++) {
    map[i] = at;
    for (let axis = out.length - 1; axis >= 0; axis--) {
      at += steps[axis];
      if (++index[axis] < out[axis]) break;
      at -= steps[axis] * out[axis];
      index[axis] = 0;
    }
  }
  return map;
}

/** Steps that read `from` as if it had the shape `out`: broadcast axes stand still. */
export function broadcastSteps(out: Shape, from: Shape): number[] {
  const own = strides(from);
  const missing = out.length - from.length;
  return out.map((_, i) => (i < missing || from[i - missing] === 1 ? 0 : own[i - missing]));
}
