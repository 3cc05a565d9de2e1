// Rows that count in part, beside the same number of tokens in full rows: what lengths cost.
import { kernels } from '@twilljs/attention/wasm';
import { kernels as nn } from '@twilljs/nn/wasm';
import { kernels as scan } from '@twilljs/scan/wasm';
import { grad, hybrid, initializer, type LanguageModel, mixers, rng, scope } from 'twilljs';
import { configOf, familyNames, VOCABULARY } from '../../lib/models.ts';
import { type OpCase, serveOp } from '../../lib/op.ts';

const [ROWS, LENGTH, FULL] = [16, 256, 128];
const size = { width: 128, layers: 2, ffn: 256 };

const lengths = [...rng(2).ints(ROWS, LENGTH)].map((n) => n + 1);
const tokens = lengths.reduce((a, b) => a + b);
/** As many full rows as come nearest. */
const rows = Math.round(tokens / FULL);
const idsOf = (B: number, T: number) => ({ data: rng(B).ints(B * T, VOCABULARY), shape: [B, T] as const });
const [padded, full] = [idsOf(ROWS, LENGTH), idsOf(rows, FULL)];

const passes: [string, ours: (model: LanguageModel) => void, beside: (model: LanguageModel) => void][] = [
  ['forward', (model) => model.logits(padded, { lengths }), (model) => model.logits(full)],
  [
    'loss and gradient',
    (model) => grad(model.loss(padded, undefined, { lengths }), model.arena.tensors),
    (model) => grad(model.loss(full), model.arena.tensors),
  ],
];

const maker = (family: string, run: (model: LanguageModel) => void): OpCase['make'] => {
  return async (device) => {
    const model = await hybrid(configOf(family, size), { mixers, init: initializer(1, 0.05) }).to(device);
    return () => scope(() => run(model));
  };
};

await serveOp({
  kernels: [...nn, ...scan, ...kernels],
  cases: familyNames.flatMap((family) =>
    passes.map(([pass, ours, beside]) => ({
      name: `${family}, ${pass}, ${ROWS} x ${LENGTH} with ${tokens} tokens`,
      make: maker(family, ours),
      beside: { name: `${rows} rows of ${FULL}`, make: maker(family, beside) },
    })),
  ),
});
