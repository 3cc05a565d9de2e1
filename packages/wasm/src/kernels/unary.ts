// Element-wise kernels of one argument.
import { size } from '@twilljs/tensor';
import { module } from '../gen/unary.gen.ts';
import type { WasmKernel } from '../kernel.ts';

/** The module's function of the op's name, over all elements at once. */
export function unary(op: string): WasmKernel<null> {
  return {
    op,
    module,
    plan([x]) {
      const n = size(x!.shape);
      return {
        scratch: 0,
        run(exports, [x], [y]) {
          exports[op](n, x, y);
        },
      };
    },
  };
}

export const affine: WasmKernel<{ scale: number; shift: number }> = {
  op: 'affine',
  module,
  plan([x], { scale, shift }) {
    const n = size(x!.shape);
    return {
      scratch: 0,
      run(exports, [x], [y]) {
        exports.affine(n, x, y, scale, shift);
      },
    };
  },
};
