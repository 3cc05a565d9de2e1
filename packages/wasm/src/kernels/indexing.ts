// Kernels that read ids.
import { size } from '@twilljs/tensor';
import {
  type Formulas,
  gather,
  gatherBF16,
  module,
  oneHot as oneHotOf,
  scatterAdd as scatterAddOf,
} from '../gen/indexing.gen.ts';
import type { WasmKernel } from '../kernel.ts';

export const embedding: WasmKernel<null, Formulas> = {
  op: 'embedding',
  module,
  plan([weight, ids], _, { rowUnits }) {
    const [rows, D] = weight!.shape;
    const n = size(ids!.shape);
    const launch = weight!.dtype === 'bf16' ? gatherBF16 : gather;
    return { launches: ([weight, ids], [y]) => [launch(rowUnits(n), { n, rows, D, weight, ids, y })] };
  },
};

export const scatterAdd: WasmKernel<{ rows: number }, Formulas> = {
  op: 'scatterAdd',
  module,
  plan([x, ids], { rows }, { columnUnits }) {
    const n = size(ids!.shape);
    const D = x!.shape.at(-1)!;
    return { launches: ([x, ids], [y]) => [scatterAddOf(columnUnits(D), { n, rows, D, x, ids, y })] };
  },
};

export const oneHot: WasmKernel<{ classes: number }, Formulas> = {
  op: 'oneHot',
  module,
  plan([ids], { classes }, { rowUnits }) {
    const n = size(ids!.shape);
    return { launches: ([ids], [y]) => [oneHotOf(rowUnits(n), { n, classes, ids, y })] };
  },
};
