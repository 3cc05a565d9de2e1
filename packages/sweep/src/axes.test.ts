// Axes of a grid: what they may name, the cells that they make, and what follows in a model from its width and heads.
import { fullLayers, hybrid } from '@twilljs/hybrid';
import { shapesOnly } from '@twilljs/nn';
import { known } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { planSweep, readSweepSpec, type SweepCell } from './index.ts';

const grid = { task: 'recall', mixers: ['gated-deltanet'], training: { steps: 30 } };
const read = (change: object) => readSweepSpec({ grids: [{ ...grid, ...change }] }, known);
const plan = (change: object) => planSweep(read(change), known);
const namesOf = (cells: readonly SweepCell[]) => cells.map(({ name }) => name.replace('recall-', ''));

const thousand = Array.from({ length: 1000 }, (_, i) => (i + 1) / 1000);

describe('names', () => {
  it.each([
    [{ weight_decay: [0.1] }, 'weightDecay'],
    [{ hiddenSize: [16] }, 'hidden_size'],
    [{ 'num-hidden-layers': [1] }, 'num_hidden_layers'],
    [{ num_heads: [1] }, 'num_heads'],
    [{ pairs: [2] }, 'pairs'],
  ])('%j is found by its letters', (over, name) => {
    expect(Object.keys(read({ over }).grids[0].over ?? {})).toEqual([name]);
  });

  it.each<[object, RegExp]>([
    [{ over: { learning: [1] } }, /over: there is no option "learning"/],
    [{ over: { hiden_size: [1] } }, /there is no option "hiden_size"; did you mean hidden_size\?/],
    [{ over: { lr: [0.1], LR: [0.2] } }, /over: lr is there twice/],
    [{ over: { lr: [0.1] }, training: { steps: 3, lr: 0.1 } }, /lr is an axis, and given for all cells as well/],
    [{ over: { pairs: [4] }, data: { pairs: 8 } }, /pairs is an axis, and given for all cells as well/],
    [{ over: { lr: [] } }, /over.lr is \[\] where a list with one or more values/],
    [{ over: { lr: [1e-3, 0.001] } }, /over.lr names "0.001" twice/],
    [{ over: { lr: ['fast'] } }, /over: lr is "fast" where a number above 0/],
    [{ over: { hidden_size: [0] } }, /hidden_size is 0 where an integer/],
    [{ over: { warmup: [99] } }, /warmup is 99 but the run has 30 steps/],
    [{ over: { batch: [3] }, training: { steps: 3, microBatches: 2 } }, /does not divide a batch of 3/],
    [
      { over: { lr: thousand, weight_decay: thousand } },
      /grids\[0\]: asks for 1000000 cells, above the limit of 16384; leave some out/,
    ],
    [{ over: { lr: thousand }, seeds: thousand.map((_, i) => i) }, /asks for 1000000 cells/],
    [{ seeds: Array.from({ length: 1e6 }, (_, i) => i) }, /grids\[0\]: seeds: asks for 1000000 cells/],
    [{ over: { vocab: [64, 63] } }, /grids\[0\].data: mqar: vocab = 63/],
  ])('%j is refused', (change, message) => {
    expect(() => read(change)).toThrow(message);
  });

  it('that mean two things are refused', () => {
    const mine = {
      ...known.tasks[0],
      name: 'mine',
      aliases: [],
      fields: { ...known.tasks[0].fields, lr: { type: 'integer', default: 1 } },
    } as const;
    const over = { lr: [1] };
    expect(() =>
      readSweepSpec({ grids: [{ ...grid, task: 'mine', over }] }, { ...known, tasks: [...known.tasks, mine] }),
    ).toThrow('"lr" is lr of the training and lr of the task');
  });

  it('of a field that a model does not have are refused', () => {
    expect(() => plan({ mixers: ['hgrn'], over: { num_heads: [1, 2] } })).toThrow(
      /recall-hgrn-pure-num_heads1: num_heads is a field of neither hgrn nor its full layers/,
    );
  });
});

describe('cells', () => {
  it('are all combinations, the seeds last, with what was set in their names', () => {
    const cells = plan({ seeds: [1, 2], over: { lr: [1e-3, 3e-3], decay: ['cosine', 'linear'] } });
    expect(namesOf(cells)).toEqual(
      ['lr0.001-decay_cosine', 'lr0.001-decay_linear', 'lr0.003-decay_cosine', 'lr0.003-decay_linear'].flatMap((set) =>
        [1, 2].map((seed) => `gated-deltanet-pure-${set}-s${seed}`),
      ),
    );
    expect(cells[4]).toMatchObject({
      title: 'Gated DeltaNet, lr 0.003, decay cosine',
      settings: { lr: 0.003, decay: 'cosine' },
      training: { lr: 0.003, decay: 'cosine', steps: 30 },
    });
    expect(plan({ over: { beta1: [0.8] } })[0]).toMatchObject({
      name: 'recall-gated-deltanet-pure-beta1_0.8-s0',
      training: { beta1: 0.8 },
    });
    expect(plan({ over: { optimizer: ['adamw', 'muon'] } })[1]).toMatchObject({
      name: 'recall-gated-deltanet-pure-optimizer_muon-s0',
      training: { optimizer: 'muon', momentum: 0.95 },
    });
    const groups = [{ match: 'model.embeddings.*', trainable: false }];
    expect(plan({ training: { steps: 30, groups } })[0].training.groups).toEqual(groups);
  });

  it('are the same when the specification is read again as it was written', () => {
    const change = { over: { steps: [30, 200], pairs: [4, 8], num_hidden_layers: [1, 2] }, training: {} };
    const spec = read(change);
    const again = readSweepSpec(JSON.parse(JSON.stringify(spec)), known);
    expect(again).toEqual(spec);
    expect(planSweep(again, known)).toEqual(planSweep(spec, known));
    // The warm-up follows from the steps: it is each cell's own.
    expect(spec.grids[0].training).not.toHaveProperty('warmup');
    expect(planSweep(spec, known).map(({ training: { warmup } }) => warmup)).toEqual([
      ...Array(4).fill(3),
      ...Array(4).fill(20),
    ]);
  });

  it('of a task with more ids than the size has get them, where nobody chose the size', () => {
    expect(plan({ over: { vocab: [64, 128] } }).map(({ config }) => config.vocab_size)).toEqual([128, 128]);
  });
});

describe('what follows from width and heads', () => {
  const configs = (change: object) => plan(change).map(({ config }) => config);
  /** Of `recall`: width 48, two heads, an MLP twice as wide. */
  const wide = { over: { hidden_size: [48, 64] } };

  it('is the width of the MLP, and the size of a head', () => {
    expect(configs(wide)).toMatchObject([
      { hidden_size: 48, intermediate_size: 96, head_dim: 24, num_heads: 2 },
      { hidden_size: 64, intermediate_size: 128, head_dim: 32, num_heads: 2 },
    ]);
    expect(configs({ ...wide, mixers: ['hgrn2'] })).toMatchObject([{ expand_ratio: 24 }, { expand_ratio: 32 }]);
    expect(configs({ ...wide, mixers: ['hgrn'] })).toMatchObject([{ expand_ratio: 1 }, { expand_ratio: 1 }]);
  });

  it('is not what an axis sets, nor what did not follow before', () => {
    expect(configs({ over: { hidden_size: [64], intermediate_size: [80] } })).toMatchObject([
      { intermediate_size: 80 },
    ]);
    const big = { sizes: ['340M'], mixers: ['hgrn2'], over: { hidden_size: [512] } }; // its keys are 128 wide whatever the heads
    expect(configs(big)).toMatchObject([{ hidden_size: 512, expand_ratio: 128 }]);
  });

  it('reaches the full layers of a weave', () => {
    const [four] = configs({ mixers: ['hgrn2'], ratios: ['2'], over: { num_heads: [4] } });
    expect(four).toMatchObject({ expand_ratio: 12, attn: { num_heads: 4 } });
    const [window] = configs({ mixers: ['hgrn'], ratios: ['2'], over: { window_size: [8] } });
    expect(window.attn).toEqual({ num_heads: 2, window_size: 8 });
    expect(window).not.toHaveProperty('window_size');
  });

  it('leaves them what they call by the same name and mean otherwise', () => {
    const [pure, woven] = configs({ mixers: ['deltanet'], ratios: ['pure', '2'], over: { qk_norm: ['sum'] } });
    expect(pure).toMatchObject({ qk_norm: 'sum' });
    expect(woven).toMatchObject({ qk_norm: 'sum', attn: { num_heads: 2 } });
    expect(woven.attn).not.toHaveProperty('qk_norm');
    expect(configs({ mixers: ['attention'], over: { qk_norm: [true] } })).toMatchObject([{ qk_norm: true }]);
  });

  it('makes models that can be', () => {
    for (const { name, config } of plan({
      mixers: known.mixers.map(({ name }) => name).filter((name) => name !== 'hgrn'),
      ratios: ['pure', '2'],
      over: { hidden_size: [32, 96], num_heads: [2, 4], num_hidden_layers: [2, 3] },
    })) {
      const { model, json } = hybrid(config, { mixers: known.mixers, init: shapesOnly() }).config;
      expect([model.hidden_size, model.intermediate_size], name).toEqual([config.hidden_size, 2 * model.hidden_size]);
      const full = fullLayers('2:1', model.num_hidden_layers, 'period').length;
      if (name.includes('-r2-')) expect((json.attn as { layers: number[] }).layers, name).toHaveLength(full);
    }
  });

  it('is refused where the heads do not divide the width', () => {
    expect(() => plan({ over: { hidden_size: [50], num_heads: [4] } })).toThrow(
      /num_heads=4 does not divide hidden_size=50/,
    );
  });
});
