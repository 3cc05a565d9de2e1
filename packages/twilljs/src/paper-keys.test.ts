// Key lists and shapes of the paper's models, written down from FLA's layers alone, against ours: what a header says decides, no weight
// is read. And the checkpoints by name.
import { matchWeights, modelFromFiles, type TensorSource } from '@twilljs/hub';
import { countParams, params, shapesOnly } from '@twilljs/nn';
import { describe, expect, it } from 'vitest';
import {
  configOf,
  fullLayers,
  guessedOf,
  hybrid,
  type ModelSize,
  meta,
  mixers,
  modelName,
  modelSizes,
  namedModels,
  paperModel,
  paperRepositories,
  type Ratio,
} from './index.ts';

type Shapes = Record<string, number[]>;

/** Projections from the stream and back, of widths: [out, d] each, and o_proj [d, value]. */
const linear = (d: number, value: number, out: Record<string, number>): Shapes => ({
  ...Object.fromEntries(Object.entries(out).map(([name, width]) => [`${name}_proj.weight`, [width, d]])),
  'o_proj.weight': [d, value],
});
const convs = (widths: Record<string, number>): Shapes =>
  Object.fromEntries(Object.entries(widths).map(([name, width]) => [`${name}_conv1d.weight`, [width, 1, 4]]));

/** Parameters of a mixer, by names below `attn.`; d is the width of the stream. */
const mixerShapes: Record<string, (d: number) => Shapes> = {
  hgrn: (d) => ({ ...linear(d, d, { i: d, f: d, g: d }), 'g_norm.weight': [d] }),
  hgrn2: (d) => ({ ...linear(d, d, { q: d, f: d, i: d }), 'g_norm.weight': [d] }),
  retnet: (d) => ({ ...linear(d, 2 * d, { q: d, k: d, v: 2 * d, g: 2 * d }), 'g_norm_swish_gate.weight': [d / 4] }),
  gla: (d) => ({
    ...linear(d, d, { q: d / 2, k: d / 2, v: d, g: d }),
    'gk_proj.0.weight': [16, d],
    'gk_proj.1.weight': [d / 2, 16],
    'gk_proj.1.bias': [d / 2],
    'g_norm_swish_gate.weight': [d / 4],
  }),
  deltanet: (d) => ({
    ...linear(d, d, { q: d, k: d, v: d, b: d / 128 }),
    ...convs({ q: d, k: d, v: d }),
    'o_norm.weight': [128],
  }),
  'gated-deltanet': (d) => ({
    A_log: [d / 256],
    dt_bias: [d / 256],
    ...linear(d, d, { q: d, k: d, v: d, a: d / 256, b: d / 256, g: d }),
    ...convs({ q: d, k: d, v: d }),
    'o_norm.weight': [256],
  }),
  attention: (d) => linear(d, d, { q: d, k: d, v: d }),
};

/** Of a softmax layer among linear ones: 32 heads, 8 of keys and values. */
const softmax = (d: number): Shapes => linear(d, d, { q: d, k: d / 4, v: d / 4 });

function keysOf(mixer: string, d: number, isFull: (layer: number) => boolean): Map<string, number[]> {
  const inner = d === 1024 ? (mixer === 'retnet' ? 1536 : 2816) : mixer === 'retnet' ? 2816 : 5632;
  const keys = new Map([
    ['model.embeddings.weight', [32000, d]],
    ['model.norm.weight', [d]],
    ['lm_head.weight', [32000, d]],
  ]);
  if (/^hgrn/.test(mixer)) keys.set('model.lower_bounds', [24, d]);
  for (let i = 0; i < 24; i++) {
    const set = (name: string, shape: number[]) => keys.set(`model.layers.${i}.${name}`, shape);
    for (const norm of ['attn_norm', 'mlp_norm']) set(`${norm}.weight`, [d]);
    for (const name of ['gate_proj', 'up_proj']) set(`mlp.${name}.weight`, [inner, d]);
    set('mlp.down_proj.weight', [d, inner]);
    const attn = isFull(i) ? softmax(d) : mixerShapes[mixer](d);
    for (const [name, shape] of Object.entries(attn)) set(`attn.${name}`, shape);
  }
  return keys;
}

/** Layers with softmax attention, from 0: one in every so many, the last of them. */
const full: Record<string, number[]> = {
  pure: [],
  '24': [23],
  '12': [11, 23],
  '6': [5, 11, 17, 23],
  '3': [2, 5, 8, 11, 14, 17, 20, 23],
};

const header = (keys: ReadonlyMap<string, number[]>): Map<string, TensorSource> =>
  new Map(
    [...keys].map(([name, shape]) => [name, { dtype: 'F32', shape, copy: () => Promise.reject(new Error(name)) }]),
  );

const elements = (keys: ReadonlyMap<string, number[]>): number =>
  [...keys.values()].reduce((n, shape) => n + shape.reduce((a, b) => a * b, 1), 0);

const cases = (['340M', '1.3B'] as const).flatMap((size) =>
  Object.keys(mixerShapes).flatMap((mixer) =>
    Object.keys(full)
      .filter((ratio) => mixer !== 'attention' || ratio === 'pure')
      .map((ratio) => [size, mixer, ratio] as const),
  ),
);

it.each(cases)('%s %s %s has the keys and shapes of FLA, and no others', (name, mixer, ratio) => {
  const size: ModelSize = modelSizes[name];
  const config = configOf(size, mixer, ratio as Ratio);
  if (ratio !== 'pure') expect(fullLayers(`${Number(ratio)}:1`, 24, 'period')).toEqual(full[ratio]);
  const keys = keysOf(mixer, size.model.hidden_size as number, (layer) => full[ratio].includes(layer));
  const model = hybrid(config, { mixers, init: shapesOnly() });
  expect(new Map([...params(model)].map(([key, { shape }]) => [key, [...shape]]).sort() as never)).toEqual(
    new Map([...keys].sort() as never),
  );
  const { sources, notes } = matchWeights(params(model), header(keys), 'paper');
  expect([sources.size, notes]).toEqual([keys.size, []]);
  expect(countParams(model)).toBe(elements(keys));
});

it.each([
  ['340M', 'gated-deltanet', 399_531_200],
  ['1.3B', 'gated-deltanet', 1_466_343_808],
  ['340M', 'attention', 373_867_520],
  ['1.3B', 'attention', 1_364_297_728],
] as const)('%s %s has as many parameters as were counted', (name, mixer, count) => {
  const d = modelSizes[name].model.hidden_size;
  expect(elements(keysOf(mixer, d, () => false))).toBe(count);
});

describe('the configuration that lies with a checkpoint', () => {
  // As the authors' files are printed, with `attn.D` of a version before theirs: 459 tensors in the 1.3B.
  const config = {
    ...{ architectures: ['GatedDeltaNetForCausalLM'], model_type: 'gated_deltanet', attn: null, attn_mode: 'chunk' },
    ...{ hidden_size: 2048, num_hidden_layers: 24, num_heads: 8, head_dim: 256, expand_k: 1, expand_v: 1 },
    ...{ hidden_ratio: 4, intermediate_size: null, hidden_act: 'swish', norm_eps: 1e-6, initializer_range: 0.02 },
    ...{ use_gate: true, use_short_conv: true, conv_size: 4, max_position_embeddings: 2048, vocab_size: 32000 },
    ...{ bos_token_id: 1, eos_token_id: 2, pad_token_id: null, tie_word_embeddings: false, torch_dtype: 'float32' },
    ...{ fuse_norm: true, fuse_cross_entropy: true, use_cache: true, transformers_version: '4.51.3' },
  };
  const keys = keysOf('gated-deltanet', 2048, () => false);
  for (let i = 0; i < 24; i++) keys.set(`model.layers.${i}.attn.D`, [8]);
  const load = (tensors: Map<string, TensorSource>) =>
    modelFromFiles({ config, tensors }, { mixers, device: meta() }, 'm');

  it('fits: what is left over is named, and nothing is missing', () => {
    expect(keys.size).toBe(459);
    const { sources, notes } = matchWeights(
      params(hybrid(namedModels()['1.3B gated-deltanet'], { mixers, init: shapesOnly() })),
      header(keys),
      'm',
    );
    expect(sources.size).toBe(435);
    expect(notes).toEqual([
      'model.layers.0.attn.D and 23 more like it: ignored, a parameter of Gated DeltaNet until March 2025 that its forward pass never read.',
    ]);
  });

  it.each<[string, (tensors: Map<string, TensorSource>) => unknown, string]>([
    ['missing', (map) => map.delete('model.layers.7.attn.A_log'), '1 missing (model.layers.7.attn.A_log [8])'],
    [
      'extra',
      (map) => map.set('model.extra', map.get('model.norm.weight')!),
      '1 not of this model (model.extra [2048])',
    ],
    [
      'misshapen',
      (map) => map.set('lm_head.weight', map.get('model.norm.weight')!),
      '1 wrong (lm_head.weight is [2048] for [32000,2048])',
    ],
  ])('a tensor that is %s is named before a byte is read', async (_, change, said) => {
    const tensors = header(keys);
    change(tensors);
    await expect(load(tensors)).rejects.toThrow(
      `m: the weights do not fit the configuration: ${said}; give weights and`,
    );
  });

  it('that others read is what the preset of that name is', () => {
    const { model, mixers: read } = hybrid(namedModels()['1.3B gated-deltanet'], { mixers, init: shapesOnly() }).config;
    const file = hybrid(Object.fromEntries(Object.entries(config).filter(([name]) => name !== 'expand_k')), {
      mixers,
      init: shapesOnly(),
    }).config;
    expect({ ...file.model, max_position_embeddings: 4096 }).toEqual(model);
    expect(file.mixers.map(({ fields }) => fields)).toEqual(read.map(({ fields }) => fields));
  });
});

describe('repositories that have been seen', () => {
  it('hold models that have names here; only those of Gated DeltaNet are known', () => {
    const models = namedModels();
    const all = paperRepositories();
    expect(new Set(all).size).toBe(all.length);
    for (const id of all) {
      const { size, mixer, ratio, guessed, config } = paperModel(id)!;
      const name = modelName(size, mixer, ratio);
      expect({ ...config, max_position_embeddings: 4096 }).toEqual(models[name]);
      expect(guessedOf(name)).toBe(guessed);
      expect(guessed?.includes("FLA's default") ?? false).toBe(!id.includes('GatedDeltaNet'));
    }
  });

  it('nothing of what is not the paper’s is a guess', () => {
    expect(['mini gla', 'recall attention', 'gated-deltanet-340M-6-heads', '1.3B'].map(guessedOf)).toEqual(
      new Array(4).fill(null),
    );
  });
});
