// Specifications of sweeps: what they may hold, what is said of others, and the cells that they stand for.
import { known, sweepPresets } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { planSweep, readSweepSpec } from './index.ts';

const grid = {
  task: 'recall',
  mixers: ['hgrn2', 'attention'],
  ratios: ['pure', 2],
  seeds: [1, 2],
  training: { steps: 30 },
};
const plan = (...grids: object[]) => planSweep(readSweepSpec({ grids }, known), known);

describe('a specification', () => {
  it('is completed', () => {
    const [read] = readSweepSpec({ grids: [grid] }, known).grids;
    expect(read).toMatchObject({
      name: 'recall',
      ratios: ['pure', '2'],
      sizes: [{ name: 'recall', model: { hidden_size: 48 } }],
      training: { steps: 30, warmup: 3, decay: 'cosine' },
      data: { length: 64, batch: 32, pairs: 16, vocab: 64 },
    });
    expect(readSweepSpec(JSON.parse(JSON.stringify({ grids: [read] })), known).grids).toEqual([read]);
  });

  it.each<[unknown, RegExp]>([
    [[], /sweep is \[\] where an object is needed/],
    [{}, /grids is missing where a list with one or more grids is needed/],
    [{ grids: [] }, /grids is \[\] where a list/],
    [{ grids: [grid], jobs: 2 }, /no option jobs; it has name, grids/],
    [{ grids: [{ ...grid, task: 'copy' }] }, /grids\[0\]: task is "copy" where .*"recall".* is needed; choose one/],
    [{ grids: [{ ...grid, lr: 1 }] }, /grids\[0\]: there is no option lr/],
    [{ grids: [{ ...grid, name: '../up' }] }, /name is "..\/up", of which no file is named/],
    [{ grids: [{ ...grid, mixers: undefined }] }, /mixers is missing where a list with one or more mixers is needed/],
    [{ grids: [{ ...grid, mixers: ['mamba'] }] }, /"mamba" is no mixer of this version; choose among .*hgrn2/],
    [{ grids: [{ ...grid, mixers: ['gla', 'gla'] }] }, /mixers names "gla" twice/],
    [{ grids: [{ ...grid, mixers: ['delta_net', 'deltanet'] }] }, /mixers names "deltanet" twice/],
    [{ grids: [{ ...grid, ratios: ['3:2'] }] }, /"3:2" is neither "pure" nor "3:1"/],
    [{ grids: [{ ...grid, ratios: ['1:1', 2] }] }, /ratios names "2" twice/],
    [{ grids: [{ ...grid, ratio: '3:1' }] }, /there is no option ratio; did you mean ratios\?/],
    [{ grids: [{ ...grid, training: { stepz: 3 } }] }, /training: there is no option stepz; did you mean steps\?/],
    [{ gridz: [grid] }, /sweep: there is no option gridz; did you mean grids\?/],
    [
      { grids: [{ ...grid, sizes: [{ name: 'a', attn: { num_head: 2 } }] }] },
      /attn: there is no option num_head; did you/,
    ],
    [{ grids: [{ ...grid, ratios: [1] }] }, /1 is neither "pure" nor "3:1"/],
    [{ grids: [{ ...grid, seeds: [0.5] }] }, /seed is 0.5 where an integer from 0/],
    [{ grids: [{ ...grid, seeds: [1, 1] }] }, /seeds names "1" twice/],
    [{ grids: [{ ...grid, training: {} }] }, /training: steps is missing/],
    [{ grids: [{ ...grid, training: { steps: 3, rate: 1 } }] }, /training: there is no option rate/],
    [{ grids: [{ ...grid, training: { steps: 3, warmup: 4 } }] }, /warmup is 4 but the run has 3 steps/],
    [{ grids: [{ ...grid, data: { files: [] } }] }, /data: there is no option files/],
    [{ grids: [{ ...grid, sizes: ['7B'] }] }, /there is no size "7B"; choose among recall, language, mini, 340M, 1.3B/],
    [
      { grids: [{ ...grid, sizes: [{ name: 'a', model: { width: 3 } }] }] },
      /sizes\[0\].model: there is no option width/,
    ],
    [
      { grids: [{ ...grid, sizes: [{ name: 'a', model: { num_heads: 2 } }] }] },
      /sizes\[0\].model: num_heads is a field of mixers; give it for each of them.*and in "attn"/,
    ],
    [
      { grids: [{ ...grid, sizes: [{ name: 'a', mixers: { gla: { heads: 3 } } }] }] },
      /mixers.gla: there is no option heads/,
    ],
  ])('%j', (json, message) => {
    expect(() => readSweepSpec(json, known)).toThrow(message);
  });

  it('reads one ratio in every way of writing it', () => {
    const read = (...ratios: unknown[]) => readSweepSpec({ grids: [{ ...grid, ratios }] }, known).grids[0].ratios;
    expect(read('pure', '3:1', '12', 7)).toEqual(['pure', '4', '12', '7']);
    expect(read('1:1', '5:1')).toEqual(['2', '6']);
  });

  it('gives the Transformer the fields of a full layer, unless it has its own', () => {
    const attn = { num_heads: 4, rope_theta: 500 };
    const read = (size: object) => {
      const [{ sizes }] = readSweepSpec({ grids: [{ ...grid, sizes: [{ name: 'a', ...size }] }] }, known).grids;
      return sizes[0].mixers;
    };
    expect(read({ attn })).toEqual({ attention: attn });
    expect(read({ attn: {} })).toEqual({}); // as it is read where a sweep wrote it
    expect(read({ attn, mixers: { transformer: { num_heads: 2 } } })).toEqual({ attention: { num_heads: 2 } });
    expect(read({})).toEqual({});
  });

  it('gives a task without a size of its own the first one, with its ids and no more', () => {
    const ids = (task: string) => plan({ ...grid, task })[0].config.vocab_size;
    expect([ids('recall'), ids('parity'), ids('mqar-uniform')]).toEqual([64, 2, 128]);
  });

  it('must stand for models and tasks that can be', () => {
    expect(() => plan({ ...grid, ratios: ['3'] })).toThrow(/recall-hgrn2-r3: .*needs 3 layers/);
    expect(() => plan({ ...grid, data: { pairs: 40 } })).toThrow(/grids\[0\].data: mqar/);
    expect(() => plan({ ...grid, sizes: ['recall'], data: { vocab: 128 } })).toThrow(
      /vocab_size is 64 but its task has 128 ids/,
    );
    expect(() => plan(grid, grid)).toThrow(/two grids have a cell recall-hgrn2-pure-s1; give one/);
  });
});

describe('its cells', () => {
  it('have names by grid, mixer, ratio and seed, and the Transformer no ratio', () => {
    expect(plan(grid).map(({ name, title }) => `${name}: ${title}`)).toEqual([
      'recall-hgrn2-pure-s1: HGRN2',
      'recall-hgrn2-pure-s2: HGRN2',
      'recall-hgrn2-r2-s1: HGRN2, 1 in 2 full',
      'recall-hgrn2-r2-s2: HGRN2, 1 in 2 full',
      'recall-attention-pure-s1: Transformer',
      'recall-attention-pure-s2: Transformer',
    ]);
    const sizes = plan({ ...grid, task: 'language', sizes: ['language', 'mini'], ratios: [4], seeds: [0] });
    expect(sizes.map(({ name }) => name)).toEqual([
      'language-language-hgrn2-r4-s0',
      'language-language-attention-pure-s0',
      'language-mini-hgrn2-r4-s0',
      'language-mini-attention-pure-s0',
    ]);
  });

  it.each([
    ['small', 58, 1.72e13],
    ['extrapolation', 28, 5.8e12],
    ['paper-mini', 155, 2.0e15],
    ['paper', 62, Number.NaN],
  ] as const)('%s has %i of them, and the cost that was planned', (name, count, flops) => {
    const cells = planSweep(readSweepSpec(sweepPresets[name], known), known);
    expect(cells).toHaveLength(count);
    const sum = cells.reduce((total, cell) => total + cell.trainingFlops, 0);
    if (!Number.isNaN(flops)) expect(Math.abs(sum / flops - 1)).toBeLessThan(0.1);
  });
});
