// Which layers a configuration names: exactly those that PEFT names, with its ranks and scales; and what is refused, with the reason.
import { hybrid } from '@twilljs/hybrid';
import { initializer, Linear, modules } from '@twilljs/nn';
import { mixers } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { readLora } from './config.ts';
import { type AdapterConfig, addAdapter } from './index.ts';
import { config, rules } from './peft-rules.test-data.ts';
import { targetsOf } from './targets.ts';

const model = hybrid(config, { mixers, init: initializer(0) });

it.each(rules.map(([given, adapted]) => ({ given, adapted })))('$given', ({ given, adapted }) => {
  const find = () => targetsOf(model, readLora({ peft_type: 'LORA', ...given } as never, 'here'), 'here').targets;
  if (adapted === null) {
    expect(find).toThrow(/target_modules/);
    return;
  }
  const found = find().map(({ path, r, scale }) => [path.replace('model.layers.', ''), r, scale]);
  expect(found.sort()).toEqual([...adapted].sort());
});

it('layer 0 is written as a list, for PEFT takes 0 for none', async () => {
  const given = { target_modules: ['q_proj'], layers_to_transform: 0, layers_pattern: 'layers' };
  const adapter = await addAdapter(model, { peft_type: 'LORA', ...given });
  expect(adapter.config.layers_to_transform).toEqual([0]);
  await adapter.remove();
});

describe('refuses', () => {
  const lora = (more: object) => ({ peft_type: 'LORA', target_modules: ['q_proj'], ...more }) as AdapterConfig;
  const refusals: [AdapterConfig, RegExp][] = [
    [lora({ target_modules: ['q_proj', 'w_proj'] }), /names "w_proj", which this model does not have; did you mean/],
    [
      lora({ target_modules: ['q_conv1d'] }),
      /names "q_conv1d", which this model does not have; its linear layers are q_proj, .* gk_proj\.0,/,
    ],
    [lora({ target_modules: ['embeddings'] }), /fits model\.embeddings, an embedding; only linear layers/],
    [lora({ target_modules: ['attn_norm'] }), /fits model\.layers\.0\.attn_norm, a norm;/],
    [lora({ target_modules: ['mlp'] }), /fits model\.layers\.0\.mlp, which holds other modules;/],
    [lora({ target_modules: [] }), /target_modules names no module/],
    [lora({ target_modules: 'q_proj(' }), /"q_proj\(" is no regular expression that is read here/],
    [lora({ target_modules: '(?x) q_proj' }), /has the flag x, which is not read here/],
    [lora({ target_modules: 7 }), /target_modules is 7; give a list of names, or one regular expression/],
    [lora({ target_modules: '.*q_proj', layers_to_transform: [1] }), /beside layers_to_transform, which PEFT refuses/],
    [lora({ layers_pattern: 'layers' }), /layers_pattern stands without layers_to_transform/],
    [lora({ layers_to_transform: [-1] }), /layers_to_transform is -1; give a whole number/],
    [lora({ layers_to_transform: [9] }), /\["q_proj"\] in layers 9 fits no module/],
    [lora({ r: 0 }), /addAdapter: r is 0; give a whole number of at least 1/],
    [lora({ lora_alpha: '16' }), /lora_alpha is "16"; give a finite number/],
    [lora({ rank_pattern: { q_proj: 0.5 } }), /rank_pattern\["q_proj"\] is 0\.5/],
    [lora({ use_dora: true }), /use_dora is true: the columns of the adapted matrix are rescaled \(DoRA\)/],
    [lora({ bias: 'lora_only' }), /bias is "lora_only": biases of the base are trained/],
    [lora({ modules_to_save: ['lm_head'] }), /modules_to_save is \["lm_head"\]: whole modules of the base/],
    [lora({ init_lora_weights: 'pissa' }), /init_lora_weights is "pissa", which changes the weights of the base/],
    [lora({ init_lora_weights: 'gaussian' }), /init_lora_weights is "gaussian", which Twill does not do/],
    [lora({ task_type: () => {} }), /the configuration holds what JSON does not/],
    [lora({ lora_dropout: 0.1 }), /lora_dropout is 0\.1, which Twill does not do/],
    [lora({ lora_rank: 3 }), /there is no option lora_rank/],
    [lora({ peft_type: 'IA3' }), /peft_type is "IA3", which is not computed here; Twill has LORA and STATE/],
    [{ target_modules: ['q_proj'] } as never, /peft_type is missing/],
    [{ peft_type: 'STATE', layers_to_transform: [1] }, /names layer 1, Attention, which has no recurrent state/],
    [{ peft_type: 'STATE', layers_to_transform: [3] }, /names layer 3, not there/],
    [{ peft_type: 'STATE', r: 3 } as never, /there is no option r;/],
  ];
  it.each(refusals)('%j', async (given, message) => {
    const before = [...modules(model)].map(([path]) => path);
    await expect(addAdapter(model, given)).rejects.toThrow(message);
    expect([...modules(model)].map(([path]) => path)).toEqual(before);
    for (const layer of modules(model).values()) if (layer instanceof Linear) expect(layer.lora_A === null).toBe(true);
  });

  it('convolutions, where the mixer has them', async () => {
    const other = hybrid({ ...config, model_type: 'gated_deltanet', head_dim: 8 }, { mixers, init: initializer(0) });
    const given: AdapterConfig = { peft_type: 'LORA', target_modules: ['q_proj', 'q_conv1d'] };
    await expect(addAdapter(other, given)).rejects.toThrow(/fits model\.layers\.0\.attn\.q_conv1d, a convolution/);
  });

  it('two at a time', async () => {
    const low = addAdapter(model, { peft_type: 'LORA', target_modules: ['q_proj'] });
    await expect(addAdapter(model, { peft_type: 'STATE' })).rejects.toThrow(/another one is being put into this model/);
    const adapter = await low;
    const flops = model.flopsPerToken(8);
    const state = await addAdapter(model, { peft_type: 'STATE' });
    expect(model.flopsPerToken(8)).toBe(flops);
    const removed = state.remove();
    await expect(adapter.remove()).rejects.toThrow(/await that first/);
    await removed;
    await adapter.remove();
    expect(model.flopsPerToken(8)).toBeLessThan(flops);
  });

  it('a second adapter of a layer, and what is no model', async () => {
    const first = await addAdapter(model, { peft_type: 'LORA', target_modules: ['q_proj'] });
    const second = addAdapter(model, { peft_type: 'LORA', target_modules: 'all-linear' });
    await expect(second).rejects.toThrow(/model\.layers\.0\.attn\.q_proj has an adapter already; merge or remove/);
    await first.remove();
    await expect(first.remove()).rejects.toThrow(/it was merged or removed before/);
    await expect(first.merge()).rejects.toThrow(/it was merged or removed before/);
    await expect(addAdapter({} as never, { peft_type: 'STATE' })).rejects.toThrow(/is no model/);
  });
});
