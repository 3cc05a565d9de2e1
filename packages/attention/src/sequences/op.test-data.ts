// Cases of attention with a past and with ranges, and what they must equal.
import { apply, concat, type Tensor, zeros } from '@twilljs/tensor';
import { type Numbers, noise } from '@twilljs/tensor/testing';
import { attentionOp } from '../op.ts';

export interface At {
  readonly B?: number;
  readonly T: number;
  readonly H?: number;
  readonly HKV?: number;
  readonly D?: number;
  readonly V?: number;
  readonly window?: number;
  /** Begin and end of each sequence, one after the other. Default: B rows. */
  readonly ranges?: readonly number[];
  /** Tokens that each had, and the rows of the rings. Default: no past. */
  readonly positions?: readonly number[];
  readonly C?: number;
}

const make = (seed: number, factor: number, ...shape: number[]): Numbers => ({
  shape,
  data: noise(
    shape.reduce((a, b) => a * b, 1),
    seed,
  ).map((x) => factor * x),
});
const ids = (list: readonly number[], ...shape: number[]): Numbers => ({
  shape,
  data: Int32Array.from(list),
  dtype: 'i32',
});

export function inputsOf({
  B = 1,
  T,
  H = 2,
  HKV = H,
  D = 6,
  V = D,
  ranges,
  positions,
  C = 1,
}: At): Record<string, Numbers> {
  const n = ranges ? ranges.length / 2 : B;
  return {
    ...{ q: make(1, 3, B, T, H, D), k: make(2, 1, B, T, HKV, D), v: make(3, 1, B, T, HKV, V) },
    ...(positions && {
      ...{ k0: make(4, 1, n, C, HKV, D), v0: make(5, 1, n, C, HKV, V) },
      position: ids(positions, n),
    }),
    ...(ranges && { ranges: ids(ranges, n, 2) }),
  };
}

export const attrsOf = ({ D = 6, window }: At) => ({ scale: D ** -0.5, window: window ?? null });

/** Each sequence by itself, over the keys that its ring holds and its own. */
export const apart =
  (at: At) =>
  ({ q, k, v, k0, v0 }: Readonly<Record<string, Tensor>>): { y: Tensor; lse: Tensor } => {
    const { B = 1, T, C = 1, positions } = at;
    const ranges = at.ranges ?? Array.from({ length: 2 * B }, (_, i) => Math.ceil(i / 2) * T);
    const flat = (x: Tensor) => x.reshape([1, B * T, ...x.shape.slice(2)]);
    const none = [q, k, v].map((x) => flat(x).slice(1, 0, 0));
    const attend = (q: Tensor, k: Tensor, v: Tensor) =>
      apply(attentionOp, [q, k, v, null, null, null, null], attrsOf(at));
    const outs = [attend(none[0], none[1], none[2])]; // [1,0,H,V] and [1,0,H], recorded whatever the ranges
    let last = 0;
    const gap = (to: number) => {
      const H = q.shape[2];
      const shapes = [
        [1, to - last, H, v.shape[3]],
        [1, to - last, H],
      ];
      if (to > last) outs.push(shapes.map((shape) => zeros(shape, { device: q.device })));
    };
    for (let i = 0; 2 * i < ranges.length; i++) {
      const [begin, end] = [ranges[2 * i], ranges[2 * i + 1]];
      gap(begin);
      last = end;
      if (begin === end) continue;
      const rows = (ring: Tensor | undefined, x: Tensor) => {
        const past: Tensor[] = [];
        const had = positions?.[i] ?? 0;
        for (let p = Math.max(0, had - C); p < had; p++)
          past.push(ring!.slice(0, i, i + 1).slice(1, p % C, (p % C) + 1));
        return concat([...past, flat(x).slice(1, begin, end)], 1);
      };
      outs.push(attend(flat(q).slice(1, begin, end), rows(k0, k), rows(v0, v)));
    }
    gap(B * T);
    const [y, lse] = [0, 1].map((i) =>
      concat(
        outs.map((out) => out[i]),
        1,
      ),
    );
    return { y: y.reshape([B, T, q.shape[2], v.shape[3]]), lse: lse.reshape([B, T, q.shape[2]]) };
  };

export const grouped = { H: 4, HKV: 2, D: 6, V: 5 };
