// Number for number what CPython draws.
import { describe, expect, it } from 'vitest';
import units from '../../../golden/evals/lm-eval/units.json' with { type: 'json' };
import drawn from '../../../golden/evals/python-random.json' with { type: 'json' };
import { pythonRandom } from './index.ts';

const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const SIZES = [
  [5, 5],
  [21, 5],
  [22, 5],
  [36, 5],
  [85, 6],
  [86, 6],
  [277, 25],
  [2000, 21],
  [2000, 22],
  [100, 100],
  [1, 0],
];

describe('pythonRandom', () => {
  it.each(drawn)('draws what CPython draws from seed $seed', ({ seed, drawn, samples, shuffled, after }) => {
    const r = pythonRandom(BigInt(seed));
    const letters = [...'abcdefg'];
    expect([
      ...[r.random(), r.random(), Number(r.getrandbits(1)), Number(r.getrandbits(32))],
      ...[47, 128, 0].map((bits) => `${r.getrandbits(bits)}`),
      ...[r.randrange(16), r.randrange(1, 2 ** 40), r.randrange(3, 90, 7), r.randrange(10, -10, -3), r.randint(0, 9)],
      ...[r.randint(-(2 ** 52), 2 ** 52), r.uniform(-2, 5.5), r.choice(letters), r.choices(letters, 6).join('')],
    ]).toEqual(drawn);
    expect(SIZES.map(([n, k]) => r.sample(range(n), k).slice(-4))).toEqual(samples);
    const list = range(12);
    r.shuffle(list);
    expect(list).toEqual(shuffled);
    for (let i = 0; i < 700; i++) r.random();
    expect(r.random()).toBe(after);
  });

  it('draws what the original of the few-shot examples draws', () => {
    const { sample_n_k, samples, random, choices, randint } = units.aggregation.python_random;
    const r = pythonRandom(1234);
    expect(sample_n_k.map(([n, k]) => r.sample(range(n), k))).toEqual(samples);
    expect([r.random(), r.choices(range(17), 5), r.randint(0, 9)]).toEqual([random, choices, randint]);
  });

  it('takes one seed for both signs, as a number or a large one', () => {
    const firsts = [7, -7, 7n, -7n].map((seed) => pythonRandom(seed).random());
    expect(new Set(firsts).size).toBe(1);
  });

  it('takes nothing from the stream for no draw', () => {
    const [a, b] = [pythonRandom(3), pythonRandom(3)];
    expect([a.choices([], 0), a.sample([], 0), a.getrandbits(0)]).toEqual([[], [], 0n]);
    a.shuffle([]);
    expect(a.random()).toBe(b.random());
  });

  it('refuses what cannot be drawn', () => {
    expect(() => pythonRandom(1.5)).toThrow('the seed is 1.5; give a whole number');
    expect(() => pythonRandom('1' as never)).toThrow('the seed is "1"');
    const r = pythonRandom(1);
    expect(() => r.sample([1, 2], 3)).toThrow('sample: k of 2 is 3; give a whole number');
    expect(() => r.choice([])).toThrow('choice: the list is empty');
    expect(() => r.choices([], 1)).toThrow('choices: the list is empty');
    expect(() => r.randrange(0)).toThrow('no number lies between 0 and 0 in steps of 1');
    expect(() => r.randrange(1, 5, 0)).toThrow('in steps of 0');
    expect(() => r.randint(1, 1.5)).toThrow('randrange: stop is 2.5');
    expect(() => r.getrandbits(-1)).toThrow('getrandbits: bits is -1');
  });
});
