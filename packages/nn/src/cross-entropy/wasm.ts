// WebAssembly kernels of crossEntropy.
import { OptionError } from '@twilljs/tensor';
import type { Exports, Pointer, WasmKernel } from '@twilljs/wasm';
import { module } from '../gen/cross-entropy.gen.ts';
import { rowsOf } from '../rows.ts';

/** A label out of range would reach into other rows: all are looked at first. */
function check(exports: Exports, rows: number, labels: Pointer, N: number): void {
  const at = exports.firstBadLabel(rows, labels, N);
  if (at >= 0)
    throw new OptionError(
      `crossEntropy: the label at position ${at} lies outside ${N} classes; use 0..${N - 1}, or -100 for none.`,
    );
}

export const crossEntropyKernel: WasmKernel<null> = {
  op: 'crossEntropy',
  module,
  plan([logits]) {
    const [rows, N] = rowsOf(logits!.shape);
    return {
      scratch: 0,
      run(exports, [logits, labels], [loss]) {
        check(exports, rows, labels, N);
        exports.forward(rows, N, logits, labels, loss);
      },
    };
  },
};

export const crossEntropyGradKernel: WasmKernel<null> = {
  op: 'crossEntropyGrad',
  module,
  plan([, logits]) {
    const [rows, N] = rowsOf(logits!.shape);
    return {
      scratch: 0,
      run(exports, [dloss, logits, labels], [dlogits]) {
        check(exports, rows, labels, N);
        exports.backward(rows, N, dloss, logits, labels, dlogits);
      },
    };
  },
};
