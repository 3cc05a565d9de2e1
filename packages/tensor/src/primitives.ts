// All primitives in one table: what a device must have kernels for. Adding one here stops every device from compiling until it has it.
import { packOp } from './arena.ts';
import { binaryOps } from './ops/binary.ts';
import { assignOp, fullOp } from './ops/fill.ts';
import { embeddingOp, oneHotOp, scatterAddOp } from './ops/indexing.ts';
import { cumsumOp, matmulOp, solveTrilOp } from './ops/linear-algebra.ts';
import { bandOp, broadcastOp, concatOp, padOp, permuteOp, sliceOp } from './ops/movement.ts';
import { argmaxOp, maxOp, sumOp } from './ops/reduce.ts';
import { affineOp, castOp, unaryOps } from './ops/unary.ts';

/** Op name -> op. */
export const primitives = {
  ...unaryOps,
  ...binaryOps,
  affine: affineOp,
  cast: castOp,
  sum: sumOp,
  max: maxOp,
  argmax: argmaxOp,
  broadcastTo: broadcastOp,
  permute: permuteOp,
  slice: sliceOp,
  pad: padOp,
  concat: concatOp,
  band: bandOp,
  pack: packOp,
  matmul: matmulOp,
  solveTril: solveTrilOp,
  cumsum: cumsumOp,
  embedding: embeddingOp,
  scatterAdd: scatterAddOp,
  oneHot: oneHotOp,
  full: fullOp,
  assign: assignOp,
};

/** A name among `primitives`. */
export type PrimitiveName = keyof typeof primitives;
