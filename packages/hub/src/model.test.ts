// Whole models by path: FLA's directories load with no key map and compute what FLA computed; ours go there and back.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hybrid } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { readModelGolden } from '@twilljs/parity';
import { cpu, isTwillError, untracked } from '@twilljs/tensor';
import { deviation, tolerances } from '@twilljs/tensor/testing';
import fc from 'fast-check';
import { mixers } from 'twilljs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { load, readModelDirectory } from './directory.ts';
import { filesOfModel, type ModelFiles, modelFromFiles } from './model.ts';
import { parseSafetensors } from './safetensors.ts';
import { save } from './save.ts';
import { inMemory, store, toF64 } from './stored.ts';

const models = new URL('../../../golden/models/', import.meta.url).pathname;

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'twill-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const hexOf = async ({ tensors }: ModelFiles) => {
  const all = [...tensors].map(async ([name, tensor]) => {
    const { dtype, shape, bytes } = await inMemory(tensor);
    return `${name} ${dtype} ${shape} ${Buffer.from(bytes).toString('hex')}`;
  });
  return (await Promise.all(all)).sort();
};

describe.each(readdirSync(models))('golden %s', (name) => {
  const path = join(models, name);
  const golden = readModelGolden(readFileSync(join(path, 'expected.safetensors')));

  it.each(['f32', 'f64'] as const)('loads by path and computes its logits in %s', async (float) => {
    const { model, notes } = await load(path, { mixers, device: cpu({ float }) });
    expect(notes).toEqual([]);
    const logits = untracked(() => model.forward(golden.inputIds));
    expect(logits.shape).toEqual(golden.logits.shape);
    expect(deviation(await logits.data(), golden.logits.data).error).toBeLessThan(tolerances[float].out);
  });

  it('is saved with the same configuration and the same bits', async () => {
    const { model } = await load(path, { mixers, device: cpu() });
    expect(await save(dir, model)).toEqual([]);
    const [before, after] = [await readModelDirectory(path), await readModelDirectory(dir)];
    expect(after.config).toEqual(before.config);
    expect(await hexOf(after)).toEqual(await hexOf(before));
    expect(parseSafetensors(readFileSync(join(dir, 'model.safetensors'))).metadata).toEqual({ format: 'pt' });
  });
});

const small = { hidden_size: 8, num_hidden_layers: 2, vocab_size: 11, intermediate_size: 8, num_heads: 2 };

describe('models', () => {
  it.each([
    { model_type: 'gated_deltanet', head_dim: 4, ratio: '1:1' },
    { model_type: 'delta_net', use_short_conv: false, tie_word_embeddings: true },
    { model_type: 'attention', qkv_bias: true, qk_norm: true },
    { model_type: 'hgrn', ratio: '1:1', use_short_conv: true },
    { model_type: 'retnet', num_kv_heads: 1, fuse_norm: false, feature_map: 'relu' as const },
    {
      model_type: 'gated_deltanet',
      head_dim: 4,
      num_v_heads: 4,
      use_gate: false,
      attn: [{ layers: [0], num_heads: 4, num_kv_heads: 2 }],
    },
  ])('of Twill load as they were saved: %j', async (config) => {
    const model = hybrid({ ...small, ...config }, { mixers, init: initializer(5) });
    await save(dir, model);
    const { model: loaded, notes } = await load(dir, { mixers, device: cpu() });
    expect(notes).toEqual([]);
    expect(loaded.config.json).toEqual(model.config.json);
    expect(await hexOf(await filesOfModel(loaded))).toEqual(await hexOf(await filesOfModel(model)));
    expect((await readModelDirectory(dir)).tensors.has('lm_head.weight')).toBe(!model.config.model.tie_word_embeddings);
  });

  it('say that they run on the reference where nobody chose a device', async () => {
    const files = await filesOfModel(hybrid({ ...small, model_type: 'gla' }, { mixers }));
    const { model, notes } = await modelFromFiles(files, { mixers }, 'runs/a');
    expect(model.device).toBe(cpu());
    expect(notes).toEqual([
      expect.stringMatching(/^runs\/a: the model runs on the reference device cpu, .*await device\(\)/),
    ]);
  });

  it('load whichever name FLA gave the norm of their output', async () => {
    const config = { ...small, model_type: 'retnet' };
    const model = await hybrid(config, { mixers, init: initializer(5) }).to(cpu());
    const files = await filesOfModel(model);
    const { model: other, notes } = await modelFromFiles(
      { ...files, config: { ...files.config, fuse_norm: false } },
      { mixers, device: cpu() },
    );
    expect(notes).toEqual([
      'model.layers.0.attn.g_norm_swish_gate.weight and 1 more like it: renamed, this configuration calls it g_norm.',
    ]);
    const ids = [[1, 2, 3, 4]];
    const [before, after] = [model, other].map((m) => untracked(() => m.forward(ids)));
    expect(await after.data()).toEqual(await before.data());
    expect([...(await filesOfModel(other)).tensors.keys()]).toContain('model.layers.1.attn.g_norm.weight');
  });

  it('with several linear mixers load here, and say that they do not elsewhere', async () => {
    const { num_hidden_layers: _, ...sizes } = small;
    const model = hybrid({ ...sizes, head_dim: 4, layers: ['deltanet', 'gated-deltanet', 'attention'] }, { mixers });
    const [note] = await save(dir, model);
    expect(note.replace(dir, 'DIR')).toMatchInlineSnapshot(
      `"DIR: 3 kinds of layers, several of them linear, have no configuration in FLA; only Twill loads this model."`,
    );
    const { model: loaded } = await load(dir, { mixers, device: cpu() });
    expect(await hexOf(await filesOfModel(loaded))).toEqual(await hexOf(await filesOfModel(model)));
  });

  it('name the storage type of their weights when the configuration names one', async () => {
    const model = await hybrid({ ...small, model_type: 'delta_net', torch_dtype: 'bfloat16' }, { mixers }).to(
      cpu({ float: 'f64' }),
    );
    const { config, tensors } = await filesOfModel(model);
    expect(config.torch_dtype).toBe('float64');
    expect(config).not.toHaveProperty('dtype');
    expect(tensors.get('model.norm.weight')?.dtype).toBe('F64');
  });

  it('load from bf16, and know their storage type only as the file has it', async () => {
    const { config, tensors } = await filesOfModel(hybrid({ ...small, model_type: 'delta_net' }, { mixers }));
    const half = new Map([...tensors].map(([name, t]) => [name, store('BF16', t.shape, toF64(t))]));
    const { model } = await modelFromFiles(
      { config: { ...config, dtype: 'bfloat16' }, tensors: half },
      { mixers, device: cpu() },
    );
    expect(model.config.json.dtype).toBe('bfloat16');
    for (const [name, tensor] of (await filesOfModel(model)).tensors)
      expect(toF64(tensor)).toEqual(toF64(half.get(name)!));
  });

  it('whose configuration is any JSON load, or are refused in words', async () => {
    const files = await filesOfModel(
      hybrid({ ...small, model_type: 'gated_deltanet', head_dim: 4, ratio: '1:1' }, { mixers }),
    );
    const keys = [...Object.keys(files.config), 'layers', 'pattern', 'ratio', 'convention', 'norm_first', 'dtype'];
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(
        0,
        -1,
        1,
        2,
        3,
        1e9,
        2 ** 53,
        0.5,
        'A',
        '1:1',
        'delta_net',
        true,
        null,
        [],
        {},
        { layers: [0], num_heads: 2 },
      ),
    );
    const changes = fc.dictionary(fc.constantFrom(...keys), value, { minKeys: 1, maxKeys: 3 });
    await fc.assert(
      fc.asyncProperty(changes, async (change) => {
        try {
          await modelFromFiles({ ...files, config: { ...files.config, ...change } }, { mixers, device: cpu() });
        } catch (error) {
          if (!isTwillError(error)) throw error;
          expect(error.message).toMatch(/^model.*: .*; .*\.$/s);
        }
      }),
      { seed: 8, numRuns: 1500 },
    );
  });

  it('are refused with the file and the field, or the weights, that do not fit', async () => {
    const files = await filesOfModel(hybrid({ ...small, model_type: 'gated_deltanet', head_dim: 4 }, { mixers }));
    const few = mixers.filter(({ model_type }) => ['gated_deltanet', 'transformer'].includes(model_type));
    const refusal = async (config: object) => {
      try {
        await modelFromFiles({ ...files, config: { ...files.config, ...config } }, { mixers: few }, 'runs/a');
      } catch (error) {
        if (isTwillError(error)) return `${error.name}: ${error.message}`;
        throw error;
      }
      return 'accepted';
    };
    const said: string[] = [];
    for (const config of [
      { model_type: 'mamba' },
      { num_v_heads: 3 },
      { num_v_heads: 1 },
      { hidden_size: 2 ** 20, num_hidden_layers: 2 ** 14 },
      { attn: { layers: [0], num_heads: 3 } },
      { attn: { layers: [0], num_heads: 8 } },
      { attn: { layers: [0], num_heads: 4, num_kv_heads: 3 } },
      { num_hidden_layers: 3 },
      { tie_word_embeddings: true },
      { hidden_size: 16 },
      { use_short_conv: false },
    ]) {
      said.push(await refusal(config));
    }
    expect(said).toMatchInlineSnapshot(`
      [
        "OptionError: runs/a/config.json: model_type "mamba" is none of the mixers at hand, gated_deltanet, transformer; choose one or hand its mixer in.",
        "OptionError: runs/a/config.json: GatedDeltaNet: num_v_heads=3 is no multiple of num_heads=2; choose 2, 4, 8, ...",
        "OptionError: runs/a/config.json: GatedDeltaNet: num_v_heads=1 is no multiple of num_heads=2; choose 2, 4, 8, ...",
        "OptionError: runs/a/config.json: asks for 412339929088 parameters or more, above the limit of 137438953472; choose smaller sizes.",
        "OptionError: runs/a/config.json: Attention: num_heads=3 does not divide hidden_size=8; choose 1, 2, 4, 8.",
        "OptionError: runs/a/config.json: Attention: hidden_size=8 and num_heads=8 give heads of 1, an odd size that RoPE cannot pair; choose other heads.",
        "OptionError: runs/a/config.json: Attention: num_kv_heads=3 does not divide num_heads=4; choose 1, 2, 4.",
        "FileError: runs/a: the weights do not fit the configuration: num_hidden_layers is 3 but the tensors are of 2 layers; give weights and config.json of one model.",
        "accepted",
        "FileError: runs/a: the weights do not fit the configuration: 27 wrong (model.embeddings.weight is [11,8] for [11,16], model.layers.0.attn_norm.weight is [8] for [16], model.layers.0.attn.q_proj.weight is [8,8] for [8,16], model.layers.0.attn.k_proj.weight is [8,8] for [8,16], model.layers.0.attn.v_proj.weight is [16,8] for [16,16], ... 22 more); give weights and config.json of one model.",
        "FileError: runs/a: the weights do not fit the configuration: 4 not of this model (model.layers.0.attn.k_conv1d.weight [8,1,4], model.layers.0.attn.v_conv1d.weight [16,1,4], model.layers.1.attn.k_conv1d.weight [8,1,4], model.layers.1.attn.v_conv1d.weight [16,1,4]); give weights and config.json of one model.",
      ]
    `);
  });
});
