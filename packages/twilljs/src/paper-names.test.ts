// The paper's repositories by name: the configurations that others have copied from them, and what is only guessed.
import { hybrid, hybridConfig } from '@twilljs/hybrid';
import { countParams, shapesOnly } from '@twilljs/nn';
import { expect, it } from 'vitest';
import { mixers } from './mixers.ts';
import { paperModel } from './paper-names.ts';

const parameters = (id: string) => countParams(hybrid(paperModel(id)!.config, { mixers, init: shapesOnly() }));

it('of Gated DeltaNet has the parameters that its checkpoints have', () => {
  expect(parameters('m-a-p/1.3B-100B-GatedDeltaNet-pure')).toBe(1_466_343_808);
  expect(parameters('m-a-p/340M-20B-GatedDeltaNet-pure-baseline')).toBe(399_531_200);
  expect(paperModel('m-a-p/1.3B-100B-GatedDeltaNet-pure')).toMatchObject({
    size: '1.3B',
    mixer: 'gated-deltanet',
    ratio: 'pure',
    guessed: null,
  });
});

it('has the softmax layers that others have seen', () => {
  const layers = (id: string) =>
    hybridConfig(paperModel(id)!.config, mixers).layers.flatMap(({ family }, i) =>
      family.role === 'softmax' ? [i] : [],
    );
  expect(layers('m-a-p/1.3B-100B-HGRN-hybrid-12-1')).toEqual([11, 23]);
  expect(layers('m-a-p/340M-20B-GatedDeltaNet-hybrid-3-1')).toEqual([2, 5, 8, 11, 14, 17, 20, 23]);
});

it.each([
  ['m-a-p/340M-20B-GatedDeltaNet-hybrid-3-1', 'the heads of its softmax layers'],
  ['m-a-p/1.3B-100B-GatedDeltaNet-hybrid-6-1', 'which of its layers are softmax, and their heads'],
  ['m-a-p/1.3B-100B-GLA-pure', "its configuration, which is FLA's default at this depth and width"],
  ['m-a-p/1.3B-100B-HGRN2-hybrid-24-1', "its configuration, which is FLA's default at this depth and width"],
  ['m-a-p/transformer_1.3B_baseline', "its configuration, which is FLA's default at this depth and width"],
])('says what of %s is guessed', (id, guessed) => {
  expect(paperModel(id)?.guessed).toBe(guessed);
});

it.each(['m-a-p/1.3B-100B-Mamba2-pure', 'org/1.3B-100B-GLA-pure', 'm-a-p/7B-1T-GLA-pure', ''])(
  'knows nothing of %s',
  (id) => {
    expect(paperModel(id)).toBe(null);
  },
);
