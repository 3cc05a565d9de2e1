// Groups by patterns of names: which parameters they mean, what cannot be, and rates and decays against AdamW written out in f64.
import { arenaOf } from '@twilljs/nn';
import { cpu, parameter, tensor, zeros } from '@twilljs/tensor';
import { noise } from '@twilljs/tensor/testing';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { type ParameterGroup, settingsOf } from './groups.ts';
import { adamw, muon } from './optimizers.ts';
import { trainOptions } from './options.ts';
import { trainable } from './trainable.ts';

const names = ['model.embeddings.weight', 'model.layers.1.attn.g_proj.weight', 'model.layers.10.attn.o_proj.weight'];
const usual = { trainable: true, weightDecay: null, lr: 1 };

describe('a pattern', () => {
  it.each<[string, readonly number[]]>([
    ['*', [0, 1, 2]],
    ['model.layers.1.*', [1]],
    ['model.layers.1*', [1, 2]],
    ['*proj*', [1, 2]],
    ['model.embeddings.weight', [0]],
    ['*.weight', [0, 1, 2]],
    ['m*.attn.*.weight', [1, 2]],
  ])('%s', (match, expected) => {
    const found = settingsOf(names, [{ match, lr: 2 }]).flatMap(({ lr }, i) => (lr === 2 ? [i] : []));
    expect(found).toEqual(expected);
  });

  it.each([
    [
      'model.layers.2.*',
      'groups: "model.layers.2.*" matches none of the 3 parameters; name one, such as model.embeddings.weight, whole or',
    ],
    ['model.embedding.weight', 'did you mean model.embeddings.weight?'],
    ['model', 'matches none of the 3 parameters'],
    ['model?embeddings.weight', 'matches none of the 3'],
  ])('%s matches nothing', (match, message) => {
    expect(() => settingsOf(names, [{ match, lr: 2 }])).toThrow(message);
  });

  it('that comes last decides, of what it says', () => {
    const groups = [
      { match: '*', trainable: false, lr: 3 },
      { match: '*attn*', trainable: true },
      { match: '*.10.*', weightDecay: 0.5, lr: 0.1 },
    ];
    expect(settingsOf(names, groups)).toEqual([
      { ...usual, trainable: false, lr: 3 },
      { ...usual, lr: 3 },
      { trainable: true, weightDecay: 0.5, lr: 0.1 },
    ]);
  });
});

it.each<[unknown, string]>([
  [{ match: '*' }, 'train: groups is { match }; give a list'],
  [[{ lr: 1 }], 'train: groups[0]: match is missing where a string is needed'],
  [[{ match: '*' }], 'train: groups[0]: of "*" nothing is said; give trainable, weightDecay or lr'],
  [
    [
      { match: '*', lr: 1 },
      { match: '*', lr: -1 },
    ],
    'train: groups[1]: lr is -1',
  ],
  [[{ match: '*', trainable: 'no' }], 'train: groups[0]: trainable is "no" where true or false is needed'],
  [[{ match: '*', weight_decay: 1 }], 'train: groups[0]: there is no option weight_decay; did you mean weightDecay?'],
])('refuses %j', (groups, message) => {
  expect(() => trainOptions({ steps: 1, groups: groups as never })).toThrow(message);
});

it.each<[object, string]>([
  [{ optimizer: 'sgd' }, 'optimizer is "sgd" where "adamw", "muon" is needed'],
  [{ optimizer: new Map() }, 'optimizer is a Map; give what adamw(...) or muon(...) returns'],
  [
    { optimizer: adamw(), weightDecay: 0.1 },
    'weightDecay is given beside the optimizer adamw; give it to adamw({ ... })',
  ],
  [{ momentum: 0.9 }, 'momentum is 0.9 but the optimizer is adamw, which has none; leave it out, or choose muon'],
  [{ optimizer: 'muon', nsCoefficients: [1, 2] }, 'nsCoefficients is [1, 2] where a list of 3 numbers is needed'],
])('refuses %j', (more, message) => {
  expect(() => trainOptions({ steps: 1, ...more } as never)).toThrow(message);
});

it('an optimiser is written out beside its name, as a record has it', () => {
  const value = trainOptions({ steps: 1, optimizer: muon({ momentum: 0.9, weightDecay: 0.1 }) });
  expect(value).toMatchObject({ optimizer: 'muon', momentum: 0.9, weightDecay: 0.1, beta1: 0.9 });
  expect(trainOptions(JSON.parse(JSON.stringify(value)))).toEqual(value);
});

describe.each([
  ['cpu', cpu()],
  ['wasm', await device({ name: 'wasm' })],
] as const)('on %s', (_, on) => {
  const shapes = {
    'layers.0.q.weight': [6, 5],
    'layers.1.q.weight': [7, 3],
    'layers.0.norm.weight': [9],
    'head.weight': [4, 4],
  };
  const entries = Object.entries(shapes);
  const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b);
  const valuesOf = (shape: readonly number[], seed: number) => Float32Array.from(noise(sizeOf(shape), seed));
  const arena = () =>
    arenaOf(
      new Map(entries.map(([name, shape], i) => [name, parameter(tensor(valuesOf(shape, i), shape, { device: on }))])),
      on,
    );
  const groups: ParameterGroup[] = [
    { match: 'layers.*', lr: 0.5 },
    { match: '*norm*', weightDecay: 0.2 },
    { match: 'layers.1.*', lr: 3, weightDecay: 0 },
    { match: 'head.*', trainable: false },
  ];
  /** As the param_groups of torch.optim.AdamW: of each group its rate and decay. */
  const torch = {
    'layers.0.q.weight': [0.5, 0.1],
    'layers.1.q.weight': [3, 0],
    'layers.0.norm.weight': [0.5, 0.2],
  } as const;

  it('ten steps of AdamW are those of param_groups, to 1e-6', async () => {
    const place = await arena();
    const trained = trainable(place, groups);
    const state = adamw({ beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.1 }).for(trained);
    const head = place.tensors[place.names.indexOf('head.weight')];
    const before = await head.data();
    const rates = Array.from({ length: 10 }, (_, step) => 0.01 / (1 + step));
    const gradient = (i: number, step: number) => valuesOf(entries[i][1], 100 * step + i + 50);
    for (const [step, lr] of rates.entries()) {
      const gradients = trained.parameters.map(({ name, tensor: { shape } }) => {
        const i = entries.findIndex(([other]) => other === name);
        return tensor(gradient(i, step), shape, { device: on });
      });
      state.update(gradients, lr);
    }
    for (const [i, [name, shape]] of entries.entries()) {
      if (!(name in torch)) continue;
      const [factor, decay] = torch[name as keyof typeof torch];
      const [p, m, v] = [
        Float64Array.from(valuesOf(shape, i)),
        new Float64Array(sizeOf(shape)),
        new Float64Array(sizeOf(shape)),
      ];
      for (const [step, rate] of rates.entries()) {
        const [lr, t] = [rate * factor, step + 1];
        for (const [j, g] of gradient(i, step).entries()) {
          p[j] *= 1 - lr * decay;
          m[j] += 0.1 * (g - m[j]);
          v[j] = 0.999 * v[j] + (1 - 0.999) * g * g;
          p[j] -= ((lr / (1 - 0.9 ** t)) * m[j]) / (Math.sqrt(v[j]) / Math.sqrt(1 - 0.999 ** t) + 1e-8);
        }
      }
      const ours = await place.tensors[place.names.indexOf(name)].data();
      expect(Math.max(...Array.from(ours, (x, j) => Math.abs(x - p[j]))), name).toBeLessThan(1e-6);
    }
    expect(await head.data()).toEqual(before);
  });

  it('Muon has the matrices of layers that are trained, AdamW the rest', async () => {
    const state = muon().for(trainable(await arena(), [{ match: 'layers.1.*', trainable: false }]));
    const { m, v, momentum } = await state.state();
    expect([m, v, momentum!].map((map) => [...map.keys()])).toEqual([
      ['head.weight', 'layers.0.norm.weight'],
      ['head.weight', 'layers.0.norm.weight'],
      ['layers.0.q.weight'],
    ]);
    expect(() => state.update(zeros([3], { device: on }), 0.1)).toThrow('muon: the gradient is [3]');
  });

  it('says where nothing is left to train, or no matrix for Muon', async () => {
    const place = await arena();
    expect(() => trainable(place, [{ match: '*', trainable: false }])).toThrow('none of the 4 parameters is trainable');
    const vectors = trainable(place, [{ match: '*q*', trainable: false }]);
    expect(() => muon().for(vectors)).toThrow('muon: none of the 2 trainable parameters is a matrix of a block');
  });
});
