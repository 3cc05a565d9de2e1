// A kernel for every primitive: adding one to `tensor` stops this file from compiling until it has its kernel here.
import type { PrimitiveName } from '@twilljs/tensor';
import type { GpuJsKernel } from './kernel.ts';
import { binaryKernels } from './kernels/binary.ts';
import { embedding, oneHot, scatterAdd } from './kernels/indexing.ts';
import { matmul, solveTril } from './kernels/linear-algebra.ts';
import { assign, band, broadcastTo, concat, full, pack, pad, permute, slice } from './kernels/move.ts';
import { argmax, cumsum, reduce } from './kernels/reduce.ts';
import { affine, cast, unaryKernels } from './kernels/unary.ts';

export const primitiveKernels = /* @__PURE__ */ (() =>
  ({
    ...unaryKernels,
    affine,
    cast,
    ...binaryKernels,
    sum: reduce('sum'),
    max: reduce('max'),
    argmax,
    broadcastTo,
    permute,
    slice,
    pad,
    concat,
    band,
    pack,
    matmul,
    solveTril,
    cumsum,
    embedding,
    scatterAdd,
    oneHot,
    full,
    assign,
  }) satisfies Record<PrimitiveName, GpuJsKernel>)();
