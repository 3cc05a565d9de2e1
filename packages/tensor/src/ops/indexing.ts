// Ops that read ids: rows by id, their gradient, and one-hot rows.
import { apply1 } from '../apply.ts';
import { numbersIn } from '../bf16.ts';
import { ShapeError } from '../errors.ts';
import type { Op } from '../op.ts';
import { requireSize, sameShape } from '../shape.ts';
import type { Tensor } from '../tensor.ts';

/** Rows of weight [N,D] by ids [..] -> [..,D]. Where the host does not know the ids, a row of NaN for one outside. */
export const embeddingOp: Op<null> = {
  name: 'embedding',
  inputs: ['weight', 'ids'],
  outputs: ['y'],
  bf16: ['weight'],
  ids: { ids: ([weight]) => ({ below: weight![0], of: 'rows' }) },
  reads: ['ids'],
  shape([weight, ids]) {
    if (weight!.length !== 2)
      throw new ShapeError(`embedding: the weight has shape [${weight}], not [N,D]; give one row per id.`);
    return [[...ids!, weight![1]]];
  },
  cpu([weight, ids], [y]) {
    const [N, D] = weight.shape;
    for (let i = 0; i < ids.data.length; i++) {
      const id = ids.data[i];
      if (id >= 0 && id < N) y.data.set(numbersIn(weight.data.subarray(id * D, (id + 1) * D)), i * D);
      else y.data.fill(Number.NaN, i * D, (i + 1) * D);
    }
  },
  vjp: ([dy], [weight, ids]) => [apply1(scatterAddOp, [dy, ids], { rows: weight.shape[0] }), null],
};

/** y[ids[i]] += x[i] into `rows` rows of zeros, in the order of i. */
export const scatterAddOp: Op<{ rows: number }> = {
  name: 'scatterAdd',
  inputs: ['x', 'ids'],
  outputs: ['y'],
  ids: { ids: (_, { rows }) => ({ below: rows, of: 'rows' }) },
  reads: ['ids'],
  shape([x, ids], { rows }) {
    requireSize('scatterAdd: the number of rows', rows);
    if (x!.length !== ids!.length + 1 || !sameShape(ids!, x!.slice(0, -1))) {
      throw new ShapeError(
        `scatterAdd: x [${x}] does not hold one row per id of [${ids}]; its shape must be [${ids},D].`,
      );
    }
    return [[rows, x!.at(-1)!]];
  },
  cpu([x, ids], [y], { rows }) {
    const D = y.shape[1];
    y.data.fill(0);
    for (let i = 0; i < ids.data.length; i++) {
      if (ids.data[i] < 0 || ids.data[i] >= rows) continue;
      for (let d = 0; d < D; d++) y.data[ids.data[i] * D + d] += x.data[i * D + d];
    }
  },
  vjp: ([dy], [, ids]) => [embedding(dy, ids), null],
};

/** The label of a position that asks for nothing, as PyTorch's `ignore_index`. */
export const IGNORE = -100;

/** Rows of N numbers with 1 at the id; all 0 for a negative id (an ignored label). */
export const oneHotOp: Op<{ classes: number }> = {
  name: 'oneHot',
  inputs: ['ids'],
  outputs: ['y'],
  ids: { ids: (_, { classes }) => ({ below: classes, of: 'classes', negative: 'a negative one for none' }) },
  reads: [],
  shape([ids], { classes }) {
    requireSize('oneHot: the number of classes', classes);
    return [[...ids!, classes]];
  },
  cpu([ids], [y], { classes }) {
    y.data.fill(0);
    for (let i = 0; i < ids.data.length; i++) {
      const id = ids.data[i];
      if (id >= 0 && id < classes) y.data[i * classes + id] = 1;
    }
  },
  vjp: () => [null],
};

/**
 * Rows of `weight` [N,D], which may be stored in bf16, by i32 ids [..].
 *
 * @returns [..,D].
 * @throws OptionError for an id outside 0..N-1; DTypeError for ids that are no i32.
 */
export const embedding = (weight: Tensor, ids: Tensor): Tensor => apply1(embeddingOp, [weight, ids], null);
/**
 * Rows of `classes` numbers, 1 at the id and 0 elsewhere; all 0 for a negative id.
 *
 * @param ids i32 [..], each below `classes`.
 * @returns [..,classes].
 */
export const oneHot = (ids: Tensor, classes: number): Tensor => apply1(oneHotOp, [ids], { classes });
