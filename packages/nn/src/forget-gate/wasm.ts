// WebAssembly kernels of forgetGate.
import type { WasmKernel } from '@twilljs/wasm';
import { backward, type Formulas, forward, module, total } from '../gen/forget-gate.gen.ts';
import { rowsOf } from '../rows.ts';

export const forgetGateKernel: WasmKernel<null, Formulas> = {
  op: 'forgetGate',
  module,
  plan([f, odds], _, { rowUnits, channelBytes }) {
    const [rows, D] = rowsOf(f!.shape);
    return {
      own: odds ? channelBytes(D) : 0,
      launches: ([f, odds], [log, complement]) => [forward(rowUnits(rows), { rows, D, f, odds, log, complement })],
    };
  },
};

export const forgetGateGradKernel: WasmKernel<null, Formulas> = {
  op: 'forgetGateGrad',
  module,
  plan([, , f, odds], _, { rowUnits, channelBytes, sumsBytes, totalUnits }) {
    const [rows, D] = rowsOf(f!.shape);
    return {
      own: odds ? channelBytes(D) : 0,
      shared: odds ? sumsBytes(rows, D) : 0,
      launches: ([dlog, dcomplement, f, odds], [df, dodds], sums) => [
        backward(rowUnits(rows), { rows, D, dlog, dcomplement, f, odds, df, sums }),
        ...(odds ? [total(totalUnits(D), { blocks: rowUnits(rows), n: D, sums, out: dodds })] : []),
      ],
    };
  },
};
