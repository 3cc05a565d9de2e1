// Sizes are judged before anything is drawn: what does not fit is refused, and a plan allocates nothing.
import { countParams, type Initializer, initializer, shapesOnly } from '@twilljs/nn';
import { DeviceError } from '@twilljs/tensor';
import { mixers } from 'twilljs';
import { expect, it } from 'vitest';
import { hybrid } from './hybrid.ts';

const wide = { model_type: 'gla', hidden_size: 4096, vocab_size: 2 ** 23, num_hidden_layers: 2 };

/** An initialiser that counts what is drawn from it. */
function counting(base: Initializer, drawn: { numbers: number }): Initializer {
  return {
    ...base,
    fork: (path) => counting(base.fork(path), drawn),
    make: (shape, draw) =>
      base.make(shape, (random, count) => {
        drawn.numbers += count;
        return draw(random, count);
      }),
  };
}

it('a model that memory cannot hold is refused before its first weight', () => {
  const drawn = { numbers: 0 };
  expect(() => hybrid(wide, { mixers, init: counting(initializer(0), drawn) })).toThrow(DeviceError);
  expect(() => hybrid(wide, { mixers })).toThrow(/^cpu: \d+ bytes could not be allocated; /);
  expect(drawn.numbers).toBe(0);
  hybrid({ ...wide, hidden_size: 8, vocab_size: 3 }, { mixers, init: counting(initializer(0), drawn) });
  expect(drawn.numbers).toBeGreaterThan(0);
});

it('can be planned all the same', () => {
  const model = hybrid(wide, { mixers, init: shapesOnly() });
  expect(countParams(model)).toBeGreaterThan(2 * 2 ** 23 * 4096);
});

it('as many layers as may be are planned, in one walk', () => {
  const deep = { model_type: 'gla', hidden_size: 8, num_heads: 1, vocab_size: 2, num_hidden_layers: 2 ** 14 };
  const shallow = hybrid({ ...deep, num_hidden_layers: 1 }, { mixers, init: shapesOnly() });
  const model = hybrid(deep, { mixers, init: shapesOnly() });
  const [one, all] = [countParams(shallow), countParams(model)];
  const shared = 2 * 2 * 8 + 8; // embeddings, head and the last norm
  expect(all - shared).toBe(2 ** 14 * (one - shared));
});
