// Kernels that read ids. An id out of range would reach into other tensors: all are looked at first.
import { OptionError, size } from '@twilljs/tensor';
import { module } from '../gen/indexing.gen.ts';
import type { Exports, Pointer, WasmKernel } from '../kernel.ts';

/** Throws for the first id outside 0..rows-1; negative ones may mean "none". */
function check(exports: Exports, op: string, n: number, ids: Pointer, rows: number, negative: boolean): void {
  const at = exports.firstBad(n, ids, rows, +negative);
  if (at >= 0) {
    throw new OptionError(`${op}: the id at position ${at} lies outside 0..${rows - 1}; look for another vocabulary.`);
  }
}

export const embedding: WasmKernel<null> = {
  op: 'embedding',
  module,
  plan([weight, ids]) {
    const [N, D] = weight!.shape;
    const n = size(ids!.shape);
    return {
      scratch: 0,
      run(exports, [weight, ids], [y]) {
        check(exports, 'embedding', n, ids, N, false);
        exports.gather(n, D, weight, ids, y);
      },
    };
  },
};

export const scatterAdd: WasmKernel<{ rows: number }> = {
  op: 'scatterAdd',
  module,
  plan([x, ids], { rows }) {
    const n = size(ids!.shape);
    const D = x!.shape.at(-1)!;
    return {
      scratch: 0,
      run(exports, [x, ids], [y]) {
        check(exports, 'scatterAdd', n, ids, rows, false);
        exports.scatterAdd(n, rows, D, x, ids, y);
      },
    };
  },
};

export const oneHot: WasmKernel<{ classes: number }> = {
  op: 'oneHot',
  module,
  plan([ids], { classes }) {
    const n = size(ids!.shape);
    return {
      scratch: 0,
      run(exports, [ids], [y]) {
        check(exports, 'oneHot', n, ids, classes, true);
        exports.oneHot(n, classes, ids, y);
      },
    };
  },
};
