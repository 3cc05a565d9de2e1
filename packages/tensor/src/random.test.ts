// Known answers, exactness and statistics of the generator. Reference numbers: 40-digit arithmetic (mpmath).
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inverseNormal } from './inverse-normal.ts';
import { exactExp, exactLog, type Random, rng } from './random.ts';
import { threefry } from './threefry.ts';

const fixed = { seed: 20260101, numRuns: 50 };
const bytes = (a: ArrayBufferView) => Buffer.from(a.buffer, a.byteOffset, a.byteLength).toString('hex');

describe('threefry-2x32-20', () => {
  it.each([
    // [k0, k1, c0, c1, out0, out1] of the Random123 distribution
    [0, 0, 0, 0, 0x6b200159, 0x99ba4efe],
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x1cb996fc, 0xbb002be7],
    [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, 0xc4923a9c, 0x483df7a0],
  ])('known answer of key %i %i', (k0, k1, c0, c1, x, y) => {
    const out = new Uint32Array(2);
    threefry(k0, k1, c0, c1, out, 0);
    expect([...out]).toEqual([x, y]);
  });

  it('is what a seed yields: key (high, low), counters 0, 1, ...', () => {
    const out = new Uint32Array(4);
    threefry(1, 2, 0, 0, out, 0);
    threefry(1, 2, 1, 0, out, 2);
    expect(rng(2 ** 32 + 2).uint32(4)).toEqual(out);
    expect([...rng(0).uint32(2)]).toEqual([0x6b200159, 0x99ba4efe]);
  });
});

describe('streams', () => {
  it('pieces of a stream are the stream', () => {
    fc.assert(
      fc.property(fc.nat(99), fc.array(fc.nat(9), { maxLength: 6 }), (seed, pieces) => {
        const whole = rng(seed).uint32(pieces.reduce((a, b) => a + b, 0));
        const r = rng(seed);
        expect(pieces.flatMap((n) => [...r.uint32(n)])).toEqual([...whole]);
      }),
      fixed,
    );
  });

  it('a fork depends on key and path alone, not on what was drawn', () => {
    const path = fc.oneof(fc.string(), fc.nat());
    fc.assert(
      fc.property(fc.nat(), path, fc.nat(9), (seed, p, drawn) => {
        const r = rng(seed);
        r.uint32(drawn);
        r.fork('another');
        expect(r.fork(p).uint32(4)).toEqual(rng(seed).fork(p).uint32(4));
      }),
      fixed,
    );
  });

  it('different paths give different streams', () => {
    const paths: (string | number)[] = [
      '',
      '\0',
      '\0\0',
      'a',
      'b',
      'ab',
      'ba',
      'a\0',
      '3',
      3,
      0,
      1,
      2 ** 32,
      2 ** 33,
      2 ** 52,
    ];
    const streams = paths.map((p) => bytes(rng(7).fork(p).uint32(4)));
    streams.push(
      bytes(rng(7).uint32(4)),
      bytes(rng(7).fork('a').fork('b').uint32(4)),
      bytes(rng(8).fork('a').uint32(4)),
    );
    expect(new Set(streams).size).toBe(streams.length);
  });

  it('sibling streams are uncorrelated', () => {
    const n = 20_000;
    const [a, b] = [rng(1).fork(0).uniform(n), rng(1).fork(1).uniform(n)];
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (a[i] - 0.5) * (b[i] - 0.5) * 12;
    expect(Math.abs(sum) / Math.sqrt(n)).toBeLessThan(3.5);
  });

  it('has these bits for ever', () => {
    const r = rng(42).fork('layers.0.q_proj.weight');
    expect(bytes(r.uint32(2))).toMatchInlineSnapshot(`"8eacfa0c916088ea"`);
    expect(bytes(r.uniform(2))).toMatchInlineSnapshot(`"0a7a707ea801e23f9633b9b03977e53f"`);
    expect(bytes(r.normal(4))).toMatchInlineSnapshot(
      `"c1b5114fce9fc7bf8f6d0b9fe92af7bf83915a3979d9f23f57ca09e32fd3e3bf"`,
    );
    expect([...r.permutation(8), ...r.ints(4, 100)].join()).toMatchInlineSnapshot(`"0,1,6,7,4,5,2,3,52,80,37,52"`);
  });
});

/** Pearson's statistic of counts that should be equal, in standard deviations from its mean. */
function chiSquare(counts: number[]): number {
  const mean = counts.reduce((a, b) => a + b, 0) / counts.length;
  const chi = counts.reduce((a, c) => a + (c - mean) ** 2 / mean, 0);
  return (chi - (counts.length - 1)) / Math.sqrt(2 * (counts.length - 1));
}

function count(n: number, bins: number, draw: () => number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (let i = 0; i < n; i++) counts[draw()]++;
  return counts;
}

describe('distributions', () => {
  it('uniform lies in [0, 1) and fills 64 bins evenly', () => {
    const x = rng(3).uniform(64_000);
    expect(x.every((u) => u >= 0 && u < 1)).toBe(true);
    let i = 0;
    expect(Math.abs(chiSquare(count(x.length, 64, () => Math.floor(x[i++] * 64))))).toBeLessThan(3.5);
  });

  it.each([2, 3, 7, 10, 64])('int(%i) is even', (bound) => {
    const r = rng(4);
    expect(Math.abs(chiSquare(count(1000 * bound, bound, () => r.int(bound))))).toBeLessThan(3.5);
  });

  it('int has no bias where the remainder would show one: bound 3 * 2^30', () => {
    const r = rng(5);
    // Plain remainders would put half of all numbers into the first third.
    expect(Math.abs(chiSquare(count(30_000, 3, () => Math.floor(r.int(3 * 2 ** 30) / 2 ** 30))))).toBeLessThan(3.5);
    expect(r.int(1)).toBe(0);
    expect(r.int(2 ** 32)).toBeGreaterThan(2 ** 16);
  });

  it('permutation and shuffle give each order of four equally often', () => {
    const r = rng(6);
    const code = (p: ArrayLike<number>) => {
      const seen = Array.from(p);
      return seen.reduce((sum, x, i) => sum * (4 - i) + seen.slice(i + 1).filter((y) => y < x).length, 0);
    };
    expect(Math.abs(chiSquare(count(24_000, 24, () => code(r.permutation(4)))))).toBeLessThan(3.5);
    expect(Math.abs(chiSquare(count(24_000, 24, () => code(r.shuffle([0, 1, 2, 3])))))).toBeLessThan(3.5);
  });

  it('choice is distinct, in range, and takes every number equally often', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(60), fc.nat(60), (seed, a, b) => {
        const [n, k] = [Math.max(a, b), Math.min(a, b)];
        const drawn = [...rng(seed).choice(n, k)];
        expect(new Set(drawn).size).toBe(k);
        expect(drawn.every((x) => x >= 0 && x < n)).toBe(true);
      }),
      fixed,
    );
    const r = rng(7);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) for (const x of r.choice(10, 3)) counts[x]++;
    expect(chiSquare(counts)).toBeLessThan(3.5);
  });

  it('normal has the moments and tails of the normal distribution', () => {
    const n = 400_000;
    const x = rng(8).normal(n);
    const moment = (k: number) => x.reduce((a, v) => a + v ** k, 0) / n;
    // Standard errors: sqrt(1/n), sqrt(2/n), sqrt(15/n), sqrt(96/n)
    expect(Math.abs(moment(1))).toBeLessThan(3.5 * Math.sqrt(1 / n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(3.5 * Math.sqrt(2 / n));
    expect(Math.abs(moment(3))).toBeLessThan(3.5 * Math.sqrt(15 / n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(3.5 * Math.sqrt(96 / n));
    for (const [limit, p] of [
      [1, 0.3173105078629141],
      [2, 0.04550026389635842],
      [3, 0.0026997960632601866],
      [4, 6.334248366623985e-5],
    ]) {
      const outside = x.reduce((a, v) => a + (Math.abs(v) > limit ? 1 : 0), 0);
      expect(Math.abs(outside - n * p)).toBeLessThan(4 * Math.sqrt(n * p * (1 - p)));
    }
  });
});

const relative = (a: number, b: number) => (a === b ? 0 : Math.abs(a - b) / Math.abs(b));

describe('exact functions', () => {
  it.each([
    [1.0000000000000002, 2.2204460492503128e-16],
    [0.9999999999999999, -1.1102230246251565e-16],
    [0.9999, -0.00010000500033334732],
    [1.0001, 9.999500033329732e-5],
    [0.5, -Math.LN2],
    [Math.SQRT1_2 - 2 ** -53, -0.34657359027997275],
    [Math.SQRT1_2, -0.3465735902799726],
    [Math.SQRT2, 0.3465735902799727],
    [Math.SQRT2 - 2 ** -52, 0.3465735902799726],
    [3, 1.0986122886681098],
    [10, Math.LN10],
    [1e-5, -11.512925464970229],
    [1e-300, -690.7755278982137],
    [5e-324, -744.4400719213812],
    [2.2250738585072014e-308, -708.3964185322641],
    [1.7976931348623157e308, 709.782712893384],
    [123456.789, 11.723646487185881],
  ])('exactLog(%d)', (x, y) => {
    expect(relative(exactLog(x), y)).toBeLessThan(4e-16);
  });

  it.each([
    [0, 1],
    [1e-20, 1],
    [-1e-9, 0.999999999],
    [0.3, 1.3498588075760032],
    [-0.35, 0.7046880897187134],
    [0.34657359027997264, Math.SQRT2 - 2 ** -52],
    [1, Math.E],
    [-1, 0.36787944117144233],
    [10.5, 36315.502674246636],
    [-37.25, 6.64554417291507e-17],
    [100.1, 2.9708288895158073e43],
    [-300.7, 2.556520571425501e-131],
    [709.78, 1.7928227943945155e308],
    [709.7827128933839, 1.7976931348620688e308],
    [-708.3, 2.450295530965988e-308],
    [-740, 4.2e-322],
    [-745.13, 5e-324],
  ])('exactExp(%d)', (x, y) => {
    expect(relative(exactExp(x), y)).toBeLessThan(4e-16);
  });

  it('ends of the range', () => {
    expect([exactLog(0), exactLog(-0), exactLog(-1), exactLog(NaN), exactLog(Infinity), exactLog(1)]).toEqual([
      -Infinity,
      -Infinity,
      NaN,
      NaN,
      Infinity,
      0,
    ]);
    expect([
      exactExp(-Infinity),
      exactExp(Infinity),
      exactExp(NaN),
      exactExp(710),
      exactExp(-746),
      exactExp(0),
    ]).toEqual([0, Infinity, NaN, Infinity, 0, 1]);
  });

  it('agree with Math within its own last bits, everywhere', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-320, max: 1e308, noNaN: true }),
        fc.double({ min: -708, max: 709, noNaN: true }),
        (x, y) => {
          expect(relative(exactLog(x), Math.log(x))).toBeLessThan(1e-15);
          expect(relative(exactExp(y), Math.exp(y))).toBeLessThan(1e-15);
        },
      ),
      { ...fixed, numRuns: 2000 },
    );
  });

  it.each([
    [0.5, 0],
    [0.925, 1.4395314709384561],
    [0.075, -1.439531470938456],
    [0.0750001, -1.4395307645017297],
    [0.3, -0.5244005127080408],
    [0.6, 0.2533471031357997],
    [1e-3, -3.0902323061678136],
    [0.999, 3.090232306167813],
    [1e-10, -6.361340902404057],
    [1.4e-11, -6.656723091518184],
    [1e-12, -7.034483825301132],
    [2 ** -53, -8.209536151601387],
    [1 - 2 ** -53, 8.209536151601387],
    [0.9250000001, 1.4395314716448935],
  ])('inverseNormal(%d)', (p, x) => {
    expect(relative(inverseNormal(p), x)).toBeLessThan(1e-15);
  });
});

describe('wrong calls', () => {
  const message = (run: (r: Random) => unknown) => {
    try {
      run(rng(0));
    } catch (error) {
      return (error as Error).message;
    }
    return 'no error';
  };
  it('say what was given and what is taken', () => {
    expect([
      message(() => rng(-1)),
      message(() => rng(0.5)),
      message((r) => r.fork(1.5)),
      message((r) => r.int(0)),
      message((r) => r.normal(-1)),
      message((r) => r.ints(2, 2 ** 32)),
      message((r) => r.choice(3, 4)),
    ]).toMatchInlineSnapshot(`
      [
        "rng is -1; give a whole number of at least 0.",
        "rng is 0.5; give a whole number of at least 0.",
        "rng.fork is 1.5; give a whole number of at least 0.",
        "rng.int is 0; give a whole number from 1 to 4294967296.",
        "rng.normal is -1; give a whole number from 0 to 4294967296.",
        "rng.ints is 4294967296; give a whole number from 1 to 2147483648.",
        "rng.choice: cannot draw 4 distinct numbers out of 3; ask for at most 3.",
      ]
    `);
  });
});
