// Rows that count in part, beside the same number of tokens in full rows: what lengths cost. `pnpm bench padded`.

import { wasm } from '@twilljs/wasm';
import { grad, hybrid, initializer, type LanguageModel, mixers, rng, scope } from 'twilljs';
import { report } from './measure.ts';
import { kernels } from './step-models.ts';

const [ROWS, LENGTH, FULL, VOCAB] = [16, 256, 128, 256];
const TIMES = 12;

const size = { hidden_size: 128, num_hidden_layers: 2, intermediate_size: 256, vocab_size: VOCAB };
const configs: Record<string, object> = {
  transformer: { num_heads: 4 },
  hgrn: {},
  hgrn2: { expand_ratio: 32 },
  retnet: { num_heads: 4 },
  gla: { num_heads: 4 },
  delta_net: { num_heads: 4 },
  gated_deltanet: { num_heads: 4, head_dim: 32, expand_v: 1 },
};

const lengths = [...rng(2).ints(ROWS, LENGTH)].map((n) => n + 1);
const tokens = lengths.reduce((a, b) => a + b);
/** As many full rows as come nearest; times are per token. */
const rows = Math.round(tokens / FULL);
const idsOf = (B: number, T: number) => ({ data: rng(B).ints(B * T, VOCAB), shape: [B, T] as const });
const [padded, full] = [idsOf(ROWS, LENGTH), idsOf(rows, FULL)];

const device = await wasm({ kernels });

const runs: Record<string, (model: LanguageModel) => readonly [ours: () => void, floor: () => void]> = {
  forward: (model) => [
    () => scope(() => void model.logits(padded, { lengths })),
    () => scope(() => void model.logits(full)),
  ],
  'loss and gradient': (model) => [
    () => scope(() => void grad(model.loss(padded, undefined, { lengths }), model.arena.tensors)),
    () => scope(() => void grad(model.loss(full), model.arena.tensors)),
  ],
};

for (const [model_type, heads] of Object.entries(configs)) {
  using model = await hybrid({ model_type, ...size, ...heads }, { mixers, init: initializer(1, 0.05) }).to(device);
  for (const [name, of] of Object.entries(runs)) {
    const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let n = 0; n < TIMES; n++) {
      for (const [i, run] of of(model).entries()) {
        const start = performance.now();
        run();
        if (n > 1) best[i] = Math.min(best[i], performance.now() - start); // before that it is recorded
      }
    }
    const [value, floor] = [best[0] / tokens, best[1] / (rows * FULL)].map((ms) => 1000 * ms);
    report({
      benchmark: 'padded',
      case: `${model_type}, ${name}, ${ROWS} x ${LENGTH} with ${tokens} tokens`,
      value,
      unit: 'us/token',
      ratio: value / floor,
      floor: `rows of ${FULL}`,
    });
  }
}
