// The WebAssembly kernel of logProbs; its gradient is that of the definition.
import type { WasmKernel } from '@twilljs/wasm';
import { type Formulas, logProbs, module } from '../gen/cross-entropy.gen.ts';
import { rowsOf } from '../rows.ts';

export const logProbsKernel: WasmKernel<null, Formulas> = {
  op: 'logProbs',
  module,
  plan([logits, labels], _, { unkeptBytes }) {
    const [rows, N] = rowsOf(logits!.shape);
    const K = labels!.shape.at(-1)!;
    return {
      own: unkeptBytes(),
      launches: ([logits, labels], [logprobs, best]) => [logProbs(rows, { N, K, logits, labels, logprobs, best })],
    };
  },
};
