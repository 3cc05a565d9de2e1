// WebAssembly kernels of crossEntropy.
import type { WasmKernel } from '@twilljs/wasm';
import { backward, type Formulas, forward, mean, module, share } from '../gen/cross-entropy.gen.ts';
import { rowsOf } from '../rows.ts';

export const crossEntropyKernel: WasmKernel<null, Formulas> = {
  op: 'crossEntropy',
  module,
  plan([logits], _, { lossBytes, rowUnits, unkeptBytes }) {
    const [rows, N] = rowsOf(logits!.shape);
    return {
      shared: lossBytes(rows),
      own: unkeptBytes(),
      launches: ([logits, labels], [loss], losses) => [
        forward(rowUnits(rows), { rows, N, logits, labels, losses }),
        mean(1, { rows, labels, losses, loss }),
      ],
    };
  },
};

export const crossEntropyGradKernel: WasmKernel<null, Formulas> = {
  op: 'crossEntropyGrad',
  module,
  plan([, logits], _, { rowUnits }) {
    const [rows, N] = rowsOf(logits!.shape);
    return {
      shared: 4,
      launches: ([dloss, logits, labels], [dlogits], each) => [
        share(1, { rows, labels, dloss, each }),
        backward(rowUnits(rows), { rows, N, each, logits, labels, dlogits }),
      ],
    };
  },
};
