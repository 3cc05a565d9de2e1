// A task of your own: the second half of a row says the first half backwards.
// twill train --task ./task.ts --task-option symbols=12 --out runs/reversal
import { exercises, makeTask } from 'twilljs';

const size = { type: 'integer', max: 2 ** 16 } as const;

export default exercises({
  name: 'reversal',
  title: 'Reversal',
  summary: 'symbols, said backwards',
  fields: {
    length: { ...size, default: 16, min: 2 },
    batch: { ...size, default: 32 },
    symbols: { ...size, default: 8 },
  },
  axis: { field: 'length', unit: 'tokens' },
  words: { noun: 'reversal', verbs: ['says its input backwards', 'say their input backwards'] },
  make: ({ length, batch, symbols }, source) =>
    makeTask({
      ...{ name: 'reversal', vocab: symbols + 1, chance: 1 / symbols, batch, source },
      difficulties: [length, 2 * length],
      length: (tokens) => tokens,
      difficulty: () => length,
      check: () => {},
      write({ inputs, labels, T }, row, _, random) {
        const half = T >> 1; // 0, which is no symbol, stands where an answer is asked
        const said = random.ints(half, symbols).map((symbol) => symbol + 1);
        inputs.set(said, row * T);
        labels.set(said.toReversed(), row * T + T - half);
      },
    }),
});
