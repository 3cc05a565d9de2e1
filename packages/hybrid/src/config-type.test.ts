// What the compiler knows of a configuration. It is tsc that decides here: an unused @ts-expect-error fails the check.
import { attention } from '@twilljs/attention';
import { gla } from '@twilljs/gla';
import { type MixerFamily, type ModelConfig, shapesOnly } from '@twilljs/nn';
import { mixers } from 'twilljs';
import { expect, expectTypeOf, it } from 'vitest';
import { type HybridConfig, hybrid } from './index.ts';

type All = HybridConfig<typeof mixers>;
type Few = HybridConfig<readonly [typeof gla, typeof attention]>;

it('knows every field by its table', () => {
  expectTypeOf<All['hidden_size']>().toEqualTypeOf<number | undefined>();
  expectTypeOf<All['ratio']>().toEqualTypeOf<string | null | undefined>();
  expectTypeOf<All['convention']>().toEqualTypeOf<'literal' | 'period' | null | undefined>();
  expectTypeOf<All['layers']>().toEqualTypeOf<readonly string[] | null | undefined>();
  expectTypeOf<All['qk_norm']>().toEqualTypeOf<'l2' | 'sum' | boolean | undefined>();
  expectTypeOf<All['eos_token_id']>().toEqualTypeOf<number | readonly number[] | null | undefined>();
  expectTypeOf<All['vocabulary']>().toEqualTypeOf<'bytes' | null | undefined>();
  expectTypeOf<Few['clamp_min']>().toEqualTypeOf<number | null | undefined>();
  expectTypeOf<Few>().not.toHaveProperty('head_dim');
  expectTypeOf<All>().toHaveProperty('head_dim');
  type Entry = Extract<Few['attn'], { layers?: unknown }>;
  expectTypeOf<Entry['window_size']>().toEqualTypeOf<number | null | undefined>();
  expectTypeOf<Entry>().not.toHaveProperty('qk_norm');
  expectTypeOf<Extract<HybridConfig<readonly [typeof gla]>['attn'], { layers?: unknown }>>().toEqualTypeOf<{
    readonly layers?: readonly number[] | undefined;
  }>();
});

it('refuses what no table has, as the run time does', () => {
  const init = shapesOnly();
  const base = { model_type: 'gla', hidden_size: 8, num_heads: 2, num_hidden_layers: 2, vocab_size: 9 };
  const refused: (() => unknown)[] = [
    // @ts-expect-error hidden_size is misspelt
    () => hybrid({ hiden_size: 48 }, { mixers }),
    // @ts-expect-error it is num_hidden_layers
    () => hybrid({ ...base, num_layers: 2 }, { mixers, init }),
    // @ts-expect-error it is ratio
    () => hybrid({ ...base, ratios: '3:1' }, { mixers, init }),
    // @ts-expect-error another word
    () => hybrid({ ...base, ratio: '1:1', convention: 'paper' }, { mixers, init }),
    // @ts-expect-error a list of names
    () => hybrid({ ...base, layers: 2 }, { mixers, init }),
    // @ts-expect-error a number
    () => hybrid({ ...base, expand_k: '1' }, { mixers, init }),
    // @ts-expect-error a field of gated-deltanet, which is not at hand
    () => hybrid({ ...base, head_dim: 4 }, { mixers: [gla, attention], init }),
    // @ts-expect-error window_size is misspelt
    () => hybrid({ ...base, attn: { layers: [1], num_heads: 2, windw_size: 4 } }, { mixers, init }),
    // @ts-expect-error it is mixers
    () => hybrid(base, { mixer: mixers }),
  ];
  for (const make of refused) expect(make).toThrow(/^(config|hybrid): .*;/);
});

it('takes what may be written, and what is known at run time only', () => {
  const init = shapesOnly();
  const base = { model_type: 'gla', hidden_size: 8, num_heads: 2, num_hidden_layers: 2, vocab_size: 9 };
  const atRunTime: readonly MixerFamily[] = mixers;
  const { json }: ModelConfig = hybrid(
    { ...base, expand_k: 1, ratio: '1:1' },
    { mixers: [gla, attention], init },
  ).config;
  const same = [
    hybrid(json, { mixers, init }),
    hybrid(JSON.parse(JSON.stringify(json)), { mixers, init }),
    hybrid({ ...json }, { mixers: atRunTime, init }),
  ];
  for (const model of same) expect(model.config.json).toEqual(json);
  expect(() => hybrid({ ...base, num_layers: 2 }, { mixers: atRunTime, init })).toThrow('num_hidden_layers');
});
