// What follows the layers of a model: made and named as one more of them, written into its configuration, and wanted where it is read.
import { gla } from '@twilljs/gla';
import { type Block, initializer, type MixerFamily, params, readFields } from '@twilljs/nn';
import { retnet } from '@twilljs/retnet';
import { cpu, untracked } from '@twilljs/tensor';
import { expect, it } from 'vitest';
import { compose, hybrid, hybridConfig } from './index.ts';

/** GLA, around which the sign of the stream is turned. */
const turned: MixerFamily<Record<never, never>> = {
  ...{ name: 'turned', title: 'Turned', model_type: 'turned', architecture: 'Turned', role: 'linear', fields: {} },
  create: (config, context) =>
    gla.create({ ...readFields(gla.fields, { num_heads: 2 }, 'turned'), ...config }, context),
  block: (_, attn): Block => ({ attn, forward: (h) => ({ h: h.neg(), state: {} }) }),
};
const mixers = [gla, retnet, turned];
const config = { hidden_size: 8, num_heads: 2, num_hidden_layers: 2, intermediate_size: 8, vocab_size: 5 };
const init = () => initializer(4, 0.3);

it.each([{ model_type: 'gla' }, { model_type: 'gla', layers: ['gla', 'retnet'] }])('follows %o', async (layout) => {
  const [plain, model] = await Promise.all(
    [{}, { readout: 'turned' }].map((more) =>
      hybrid({ ...config, ...layout, ...more }, { mixers, init: init() }).to(cpu()),
    ),
  );
  const { readout, num_hidden_layers } = model.config.json;
  expect([readout, num_hidden_layers, model.model.layers.length]).toEqual(['turned', 2, 3]);
  expect([...params(model).keys()].some((name) => name.startsWith('model.layers.2.attn.'))).toBe(true);
  const ids = [[1, 2, 3]];
  const [before, after] = [plain, model].map((one) => untracked(() => one.hidden(ids)).at(-1)!);
  expect(await after.data()).toEqual((await before.data()).map((x) => -x));
  const again = compose(model.config.json, { mixers, init: init() });
  expect([...params(again).keys()]).toEqual([...params(model).keys()]);
});

it('is refused where it is not at hand, or no name', () => {
  const given = { ...config, model_type: 'gla' };
  expect(() => hybridConfig({ ...given, readout: 'turned' }, [gla])).toThrow(
    'readout: "turned" is none of the mixers at hand, gla; choose one or hand its mixer in.',
  );
  expect(() => hybrid({ ...given, readout: 3 as never }, { mixers })).toThrow('readout: 3 is none of the mixers');
  expect(() => hybrid({ ...given, readuot: 'turned' } as never, { mixers })).toThrow('did you mean readout?');
  expect(hybridConfig({ ...given, readout: null }, mixers).layers.length).toBe(2);
});
