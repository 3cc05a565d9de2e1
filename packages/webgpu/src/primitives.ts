// A kernel for every primitive: adding one to `tensor` stops this file from compiling until it has its kernel here.
import type { WebGpuKernel } from './kernel.ts';
import { assign, full } from './kernels/fill.ts';
import { affine, unaryKernels } from './kernels/unary.ts';

export const primitiveKernels = /* @__PURE__ */ (() =>
  ({
    ...unaryKernels,
    affine,
    full,
    assign,
  }) satisfies Record<string, WebGpuKernel>)();
