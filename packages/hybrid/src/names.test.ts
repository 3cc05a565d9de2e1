// What a person writes: every misspelt name is refused, and what files carry is not.
import { attnFields, modelFields, shapesOnly } from '@twilljs/nn';
import { isTwillError, OptionError } from '@twilljs/tensor';
import fc from 'fast-check';
import { mixers } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { compose, hybrid } from './hybrid.ts';
import { layoutFields } from './layout.ts';

const init = shapesOnly();
const tiny = { hidden_size: 8, num_heads: 2, num_hidden_layers: 2, vocab_size: 11, intermediate_size: 8 };
const base = { ...tiny, model_type: 'gla' };

function refusal(config: unknown, ...[options]: unknown[]): string {
  try {
    hybrid(config as never, options as never);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    return error.message;
  }
  return 'accepted';
}

describe('hybrid', () => {
  it.each([
    [{ num_layers: 2 }, 'there is no option num_layers; did you mean num_hidden_layers?'],
    [{ hiden_size: 48 }, 'there is no option hiden_size; did you mean hidden_size?'],
    [{ hiddenSize: 48 }, 'did you mean hidden_size?'],
    [{ ratios: '3:1' }, 'did you mean ratio?'],
    [{ num_attention_heads: 4 }, 'did you mean num_heads?'],
    [{ d_model: 4 }, 'did you mean hidden_size?'],
    [{ toString: 4 }, 'there is no option toString'],
    [{ expandK: 1 }, 'did you mean expand_k?'],
    [{ head_dim: 4 }, 'head_dim is a field of gated-deltanet, not of gla; remove it.'],
    [
      { layers: ['deltanet', 'gla'], model_type: undefined, expand_ratio: 1 },
      'expand_ratio is a field of hgrn, not of gla and deltanet',
    ],
    [{ qk_norm: 'l2' }, 'qk_norm is a field of deltanet, not of gla'],
    [
      { attn: { layers: [1], num_heads: 2, windw_size: 4 } },
      'attn: there is no option windw_size; did you mean window_size?',
    ],
    [{ attn: [{ layers: [1], num_heads: 2, qk_norm: true }] }, 'attn: there is no option qk_norm'],
    [{ ratio: '1:1', attn: { num_key_value_heads: 1 } }, 'did you mean num_kv_heads?'],
    [{ layers: 4 }, 'layers is 4 where a list of names or null is needed'],
    [{ layers: 'gla' }, 'layers is "gla" where a list'],
    [{ layers: [] }, 'layers is [] where one mixer name per layer'],
    [{ ratio: 3 }, 'ratio is 3 where a string or null is needed'],
    [{ pattern: ['G', 'A'] }, 'pattern is ["G", "A"] where a string'],
    [{ elementwise_affine: 'no' }, 'elementwise_affine is "no"'],
  ])('refuses %j', (config, message) => {
    expect(refusal({ ...base, ...config }, { mixers, init })).toContain(message);
  });

  it('refuses what is no object of its own names, of which nothing would be read', () => {
    expect(refusal(Object.create(base), { mixers, init })).toContain('stands on the prototype of the options; give it');
    expect(refusal({ ...base, __proto__: { hiden_size: 4 } }, { mixers, init })).toContain('hiden_size stands on');
    expect(refusal(new Map(Object.entries(base)), { mixers, init })).toContain('the options are a Map');
    class Config {
      readonly model_type = 'gla';
      get hidden_size() {
        return 8;
      }
    }
    expect(refusal(new Config(), { mixers, init })).toContain('hidden_size stands on the prototype');
  });

  it.each([
    [undefined, 'hybrid: the options are undefined'],
    [{}, 'hybrid: mixers is undefined where a list of mixers is needed'],
    [{ mixer: mixers }, 'there is no option mixer; did you mean mixers?'],
    [{ mixers, seed: 1 }, 'there is no option seed'],
    [{ mixers: mixers[0] }, 'where a list of mixers is needed'],
    [{ mixers: ['gla'] }, 'mixers is ["gla"] where a list of mixers is needed'],
    [{ mixers: [] }, 'mixers is [] where'],
    [{ mixers, init: 3 }, 'init is 3 where an initializer is needed'],
    [{ mixers, init: () => 1 }, 'init is a function'],
  ])('refuses options %#', (options, message) => {
    expect(refusal(base, options)).toContain(message);
  });

  it.each([null, undefined, 3, 'gla', [base]])('refuses %j as a configuration', (config) => {
    expect(refusal(config, { mixers, init })).toMatch(/^config: .*; /);
  });

  it('takes what files carry and no model depends on', () => {
    const labels = {
      architectures: ['GLAForCausalLM'],
      transformers_version: '4.51.3',
      torch_dtype: 'bfloat16' as const,
      auto_map: { AutoConfig: 'x' },
      _name_or_path: 'here',
      attn_mode: 'chunk',
      norm_first: null,
      temperature: 1,
    };
    const { json } = hybrid({ ...base, ...labels }, { mixers, init }).config;
    expect(json).toMatchObject({ ...labels, model_type: 'gla' });
  });

  it('refuses every name that is one letter away from a known one', () => {
    const known = [...Object.keys(modelFields), ...Object.keys(layoutFields), 'attn', 'model_type', 'expand_k'];
    const places = fc.tuple(fc.constantFrom(...known), fc.nat(), fc.constantFrom('drop', 'double', 'swap', 'capital'));
    fc.assert(
      fc.property(places, ([name, at, how]) => {
        const wrong = misspelt(name, at, how);
        fc.pre(!known.includes(wrong) && !mixers.some(({ fields }) => wrong in fields));
        expect(refusal({ ...base, [wrong]: 1 }, { mixers, init })).toMatch(/there is no option .*; did you mean /);
      }),
      { seed: 9, numRuns: 300 },
    );
    for (const name of Object.keys(attnFields(mixers))) {
      const attn = { layers: [1], num_heads: 2, [misspelt(name, 1, 'double')]: 1 };
      expect(refusal({ ...base, attn }, { mixers, init })).toContain(`did you mean ${name}?`);
    }
  });

  it('answers any configuration with a model or in words', () => {
    const names = [...Object.keys(modelFields), ...Object.keys(layoutFields), 'attn', 'model_type', 'toString', 'x'];
    const value = fc.oneof(fc.anything({ maxDepth: 1 }), fc.constantFrom(1, 2, 'gla', 'A', '1:1', null));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 }), (change) => {
        try {
          hybrid({ ...base, num_hidden_layers: 1, ...change } as never, { mixers, init });
        } catch (error) {
          if (!isTwillError(error)) throw error;
          expect(error.message).toMatch(/; .*[.?]$/s);
        }
      }),
      { seed: 10, numRuns: 500 },
    );
  });
});

function misspelt(name: string, at: number, how: string): string {
  const i = at % (name.length - 1);
  const [before, letter, next] = [name.slice(0, i), name[i], name[i + 1]];
  if (how === 'drop') return before + name.slice(i + 1);
  if (how === 'double') return before + letter + name.slice(i);
  if (how === 'swap') return before + next + letter + name.slice(i + 2);
  return before + letter.toUpperCase() + name.slice(i + 1);
}

it('compose keeps what nobody reads, as a file may hold it', () => {
  const { config, model } = compose({ ...base, num_layers: 3, ratios: '3:1' }, { mixers, init });
  expect(config.json).toMatchObject({ num_layers: 3, ratios: '3:1', num_hidden_layers: 2 });
  expect(model.layers).toHaveLength(2);
});
