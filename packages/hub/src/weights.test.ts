// Weights by name: old layouts are understood, whatever else differs is listed, and values survive the way there and back.
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import {
  arenaOf,
  Embedding,
  GatedMLP,
  type Initializer,
  initializer,
  params,
  readFields,
  shapesOnly,
} from '@twilljs/nn';
import { cpu, FileError } from '@twilljs/tensor';
import { describe, expect, it } from 'vitest';
import { type StoredTensor, store, toF64 } from './stored.ts';
import { readWeights, writeWeights } from './transfer.ts';
import { matchWeights } from './weights.ts';

/** Embedding and one layer, under the names of a whole model. */
function layerModel(init: Initializer) {
  const fields = readFields(gatedDeltanet.fields, { head_dim: 4, num_heads: 2 }, 'test');
  const config = { ...fields, hidden_size: 8, norm_eps: 1e-6 };
  const layer = {
    attn: gatedDeltanet.create(config, { init: init.fork('attn'), layer: 0, layers: 1 }),
    mlp: new GatedMLP(8, 6, init.fork('mlp')),
  };
  return { model: { embeddings: new Embedding(5, 8, init.fork('embeddings')), layers: [layer] } };
}

const shapes = params(layerModel(shapesOnly()));
const stored = () => readWeights(params(layerModel(initializer(3))));

function failure(tensors: ReadonlyMap<string, StoredTensor>): string {
  try {
    matchWeights(shapes, tensors, 'model');
  } catch (error) {
    expect(error).toBeInstanceOf(FileError);
    return (error as Error).message;
  }
  return 'accepted';
}

describe('weights', () => {
  it.each(['f32', 'f64'] as const)('reach a model that has shapes only, on a device of %s', async (float) => {
    const tensors = await stored();
    const parameters = params(layerModel(shapesOnly()));
    await arenaOf(parameters, cpu({ float }));
    const matched = matchWeights(parameters, tensors, 'model');
    expect(matched.notes).toEqual([]);
    writeWeights(parameters, matched);
    const read = await readWeights(parameters);
    expect([...read.keys()]).toEqual([...tensors.keys()]);
    for (const [name, tensor] of read) {
      expect(tensor.dtype).toBe(float.toUpperCase());
      expect(toF64(tensor)).toEqual(toF64(tensors.get(name) as StoredTensor));
    }
  });

  it('are accepted in every float type', async () => {
    const tensors = await stored();
    for (const dtype of ['F16', 'BF16', 'F64'] as const) {
      const converted = new Map([...tensors].map(([name, t]) => [name, store(dtype, t.shape, toF64(t))]));
      const parameters = params(layerModel(shapesOnly()));
      await arenaOf(parameters, cpu());
      writeWeights(parameters, matchWeights(parameters, converted, 'model'));
      for (const [name, tensor] of await readWeights(parameters)) {
        expect(toF64(tensor)).toEqual(toF64(converted.get(name) as StoredTensor));
      }
    }
  });

  it('may hold keys that were never read, and a head that is tied', async () => {
    const tensors = await stored();
    tensors.set('model.layers.1.attn.D', store('F32', [2], [1, 1]));
    tensors.set('model.layers.0.attn.D', store('F32', [2], [1, 1]));
    tensors.set('lm_head.weight', tensors.get('model.embeddings.weight') as StoredTensor);
    expect(matchWeights(shapes, tensors, 'model').notes).toMatchInlineSnapshot(`
      [
        "model.layers.1.attn.D and 1 more like it: ignored, a parameter of Gated DeltaNet until March 2025 that its forward pass never read.",
        "lm_head.weight: ignored, the configuration ties the head to the embedding.",
      ]
    `);
  });

  it.each<[string, (name: string) => string]>([
    ['module.', (name) => `module.${name}`],
    ['_orig_mod.', (name) => `_orig_mod.${name}`],
    ['both', (name) => `module._orig_mod.${name}`],
    ['both, the other way', (name) => `_orig_mod.module.${name}`],
    ['base_model.model.', (name) => `base_model.model.${name}`],
    ['_forward_module.', (name) => `_forward_module.module.${name}`],
    ['model. twice', (name) => `model.${name}`],
    ['no model.', (name) => name.replace('model.', '')],
    ['all of them', (name) => `module._orig_mod.model.${name}`],
    ['wrapped layers', (name) => name.replace('attn.', '_fsdp_wrapped_module._orig_mod.attn.')],
  ])('may have names that a wrapper made: %s', async (_, wrap) => {
    const tensors = await stored();
    const { sources, notes } = matchWeights(shapes, new Map([...tensors].map(([name, t]) => [wrap(name), t])), 'model');
    expect([...sources]).toEqual([...tensors]);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/: renamed, this model calls it model\..*\.$/);
  });

  it('are refused where a name stands with and without a wrapper', async () => {
    const tensors = await stored();
    tensors.set('module.model.embeddings.weight', tensors.get('model.embeddings.weight') as StoredTensor);
    expect(failure(tensors)).toContain('1 not of this model (module.model.embeddings.weight');
    tensors.delete('model.embeddings.weight');
    tensors.set('_orig_mod.model.embeddings.weight', store('F32', [5, 8], new Array(40).fill(0)));
    expect(failure(tensors)).toContain('1 not of this model (_orig_mod.model.embeddings.weight');
  });

  it('may hold buffers, which are noted', async () => {
    const tensors = await stored();
    const buffer = store('F32', [2], [1, 1]);
    for (const name of ['rotary.inv_freq', 'rotary_emb.inv_freq', 'rotary_emb.cos_cached', 'position_ids'])
      tensors.set(`module.model.layers.0.attn.${name}`, buffer);
    tensors.set('num_batches_tracked', store('I64', [], [3]));
    expect(matchWeights(shapes, tensors, 'model').notes).toEqual([
      'model.layers.0.attn.rotary.inv_freq and 2 more like it: ignored, a buffer of rotary positions, which are computed.',
      'model.layers.0.attn.position_ids and 1 more like it: ignored, a buffer that no layer here has.',
    ]);
    expect(failure(new Map([...tensors, ['model.layers.0.attn.inv_freqs', buffer]]))).toContain('1 not of this model');
  });

  it('may hold gate and up of the MLP as one matrix', async () => {
    const tensors = await stored();
    const { sources: separate } = matchWeights(shapes, tensors, 'model');
    const [gate, up] = ['gate_proj', 'up_proj'].map(
      (n) => tensors.get(`model.layers.0.mlp.${n}.weight`) as StoredTensor,
    );
    tensors.set('model.layers.0.mlp.gate_proj.weight', store('F32', [12, 8], [...toF64(gate), ...toF64(up)]));
    tensors.delete('model.layers.0.mlp.up_proj.weight');
    const { sources, notes } = matchWeights(shapes, tensors, 'model');
    expect(notes).toEqual(['model.layers.0.mlp.gate_proj.weight: split, it holds gate_proj above up_proj.']);
    for (const [name, tensor] of separate) expect(toF64(sources.get(name) as StoredTensor)).toEqual(toF64(tensor));
  });

  it('may call a parameter by an alias of its mixer, unless the model has that name too', async () => {
    const tensors = await stored();
    const norm = tensors.get('model.layers.0.attn.o_norm.weight') as StoredTensor;
    tensors.delete('model.layers.0.attn.o_norm.weight');
    tensors.set('model.layers.0.attn.g_norm.weight', norm);
    const aliases = { o_norm: 'g_norm', q_proj: 'k_proj' };
    const { sources, notes } = matchWeights(shapes, tensors, 'model', aliases);
    expect(sources.get('model.layers.0.attn.o_norm.weight')).toBe(norm);
    expect(notes).toEqual(['model.layers.0.attn.g_norm.weight: renamed, this configuration calls it o_norm.']);
    expect(failure(tensors)).toContain('1 missing (model.layers.0.attn.o_norm.weight');
  });

  it('are refused when they are not those of the model', async () => {
    const tensors = await stored();
    const changed = (change: (map: Map<string, StoredTensor>) => void) => {
      const copy = new Map(tensors);
      change(copy);
      return failure(copy);
    };
    const one = store('F32', [1], [1]);
    expect([
      failure(new Map()),
      changed((map) => map.delete('model.layers.0.attn.A_log')),
      changed((map) => map.set('model.layers.1.attn.A_log', one)),
      changed((map) => map.set('model.layers.0.attn.A_log', one)),
      changed((map) => map.set('model.layers.0.attn.A_log', store('I32', [2], [1, 2]))),
      changed((map) => {
        map.delete('model.layers.0.attn.dt_bias');
        map.set('model.layers.0.attn.q_proj.weight', one);
        for (let i = 0; i < 20; i++) map.set(`extra.${i}`, one);
      }),
    ]).toMatchInlineSnapshot(`
      [
        "model: the weights do not fit the configuration: 17 missing (model.embeddings.weight [5,8], model.layers.0.attn.A_log [2], model.layers.0.attn.dt_bias [2], model.layers.0.attn.q_proj.weight [8,8], model.layers.0.attn.k_proj.weight [8,8], ... 12 more); give weights and config.json of one model.",
        "model: the weights do not fit the configuration: 1 missing (model.layers.0.attn.A_log [2]); give weights and config.json of one model.",
        "model: the weights do not fit the configuration: 1 not of this model (model.layers.1.attn.A_log [1]); give weights and config.json of one model.",
        "model: the weights do not fit the configuration: 1 wrong (model.layers.0.attn.A_log is [1] for [2]); give weights and config.json of one model.",
        "model: the weights do not fit the configuration: 1 wrong (model.layers.0.attn.A_log is I32 where floats are needed); give weights and config.json of one model.",
        "model: the weights do not fit the configuration: 1 missing (model.layers.0.attn.dt_bias [2]); 20 not of this model (extra.0 [1], extra.1 [1], extra.2 [1], extra.3 [1], extra.4 [1], ... 15 more); 1 wrong (model.layers.0.attn.q_proj.weight is [1] for [8,8]); give weights and config.json of one model.",
      ]
    `);
  });
});
