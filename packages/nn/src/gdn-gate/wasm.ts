// WebAssembly kernels of gdnGate.
import type { WasmKernel } from '@twilljs/wasm';
import { backward, type Formulas, forward, module, total } from '../gen/gdn-gate.gen.ts';
import { rowsOf } from '../rows.ts';
import type { GdnGateAttrs } from './op.ts';

export const gdnGateKernel: WasmKernel<GdnGateAttrs, Formulas> = {
  op: 'gdnGate',
  module,
  plan([a], { scale }, { rowUnits }) {
    const [rows, H] = rowsOf(a!.shape);
    return {
      launches: ([a, A_log, dt_bias, b], [g, beta]) => [
        forward(rowUnits(rows), { rows, H, scale, a, A_log, dt_bias, b, g, beta }),
      ],
    };
  },
};

export const gdnGateGradKernel: WasmKernel<GdnGateAttrs, Formulas> = {
  op: 'gdnGateGrad',
  module,
  plan([, , a], { scale }, { rowUnits, sumsBytes, totalUnits }) {
    const [rows, H] = rowsOf(a!.shape);
    const blocks = rowUnits(rows);
    const bytes = 256 * Math.ceil(sumsBytes(rows, H) / 256);
    return {
      shared: 2 * bytes,
      launches: ([dg, dbeta, a, A_log, dt_bias, b], [da, dA, ddt, db], ratesOf) => {
        const biasesOf = ratesOf + bytes;
        return [
          backward(blocks, { rows, H, scale, dg, dbeta, a, A_log, dt_bias, b, da, db, ratesOf, biasesOf }),
          total(totalUnits(H), { blocks, n: H, sums: ratesOf, out: dA }),
          total(totalUnits(H), { blocks, n: H, sums: biasesOf, out: ddt }),
        ];
      },
    };
  },
};
