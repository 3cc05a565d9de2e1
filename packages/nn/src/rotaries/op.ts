// Rotary positions of queries and keys as one op. B batch, T time, D head size; each has heads of its own.
import { apply, knownOnly, type Op, ShapeError, type Tensor } from '@twilljs/tensor';
import { type RotaryAttrs, type RotaryTables, rotary, rotaryOp } from '../rotary/op.ts';
import { rangeIds } from '../sequences/op.ts';

export type RotariesAttrs = RotaryAttrs;

export const rotariesOp: Op<RotariesAttrs> = {
  name: 'rotaries',
  inputs: ['q', 'k', 'cos', 'sin', 'ranges?'],
  outputs: ['q_y', 'k_y'],
  ids: { 'ranges?': rangeIds(0) },
  reads: ['cos', 'sin', 'ranges?'],
  shape([q, k, cos, sin, ranges], attrs) {
    const turned = [q, k].flatMap((x) => rotaryOp.shape([x, cos, sin, ranges], attrs));
    if (k![0] !== q![0] || k![1] !== q![1] || k![3] !== q![3])
      throw new ShapeError(`rotaries: q [${q}] and k [${k}] differ in more than their heads; give one B, T and D.`);
    return turned;
  },
  define: ([q, k, cos, sin, ranges], { inverse }) => [q, k].map((x) => rotary(x, { cos, sin }, inverse, ranges)),
  /** The tables are constants. */
  vjp: ([dq, dk], [, , cos, sin, ranges], _outs, { inverse }) => [
    ...rotaries(dq, dk, { cos, sin }, !inverse, ranges),
    ...[null, null, null],
  ],
};

/**
 * `rotary` of both.
 *
 * @param q [B,T,H,D]
 * @param k [B,T,HKV,D]
 * @param ranges i32 [n,2]: begin and end of the n sequences in the flattened B T positions; null for B rows of T.
 * @returns of their shapes, 0 outside of all sequences.
 * @throws ShapeError when the sizes do not fit; OptionError for a range outside.
 */
export function rotaries(
  q: Tensor,
  k: Tensor,
  tables: RotaryTables,
  inverse = false,
  ranges: Tensor | null = null,
): [q: Tensor, k: Tensor] {
  knownOnly('rotaries: the tables', tables, ['cos', 'sin']);
  return apply(rotariesOp, [q, k, tables.cos, tables.sin, ranges], { inverse }) as [Tensor, Tensor];
}
