// Ratios, patterns and lists of layers.

import { attention } from '@twilljs/attention';
import { deltanet } from '@twilljs/deltanet';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { shapesOnly } from '@twilljs/nn';
import { describe, expect, it } from 'vitest';
import { fullLayers, hybrid, patternLayers } from './index.ts';

const mixers = [attention, gatedDeltanet, deltanet];
const base = {
  model_type: 'deltanet',
  hidden_size: 8,
  num_heads: 2,
  num_hidden_layers: 4,
  vocab_size: 11,
  intermediate_size: 8,
};
const layersOf = (config: object) =>
  hybrid({ ...base, ...config }, { mixers, init: shapesOnly() }).model.layers.map(({ attn }) => attn.constructor.name);

describe('ratios', () => {
  it("are read literally, or as a period as in the paper's checkpoints", () => {
    expect(fullLayers('3:1', 24)).toEqual([3, 7, 11, 15, 19, 23]);
    expect(fullLayers('3:1', 24, 'period')).toEqual([2, 5, 8, 11, 14, 17, 20, 23]);
    expect(fullLayers('12:1', 24, 'period')).toEqual([11, 23]);
    expect(fullLayers('24:1', 24, 'period')).toEqual([23]);
    expect(fullLayers('1:1', 4)).toEqual([1, 3]);
  });
  it('that place no full layer name the depth they need', () => {
    expect(() => fullLayers('24:1', 24)).toThrowErrorMatchingInlineSnapshot(
      `[OptionError: ratio: 24:1 (literal) needs 25 layers for its first full one but the model has 24; add layers or choose a smaller ratio.]`,
    );
    expect(() => fullLayers('3', 24)).toThrow('ratio: "3" is not of the form r:1');
  });
  it.each([
    [[3, 24], 'ratio: 3 is not of the form r:1'],
    [[undefined, 24], 'ratio: undefined is not'],
    [['3:1', 8.5], 'the number of layers is 8.5'],
    [['3:1', Number.NaN], 'the number of layers is NaN'],
    [['3:1', 8, 'litteral'], 'convention is "litteral"; give "literal" or "period"'],
  ])('asked for wrongly are refused: %j', (args, message) => {
    expect(() => fullLayers(...(args as [string, number]))).toThrow(message);
  });
});

describe('layouts', () => {
  it('weave the stack', () => {
    expect(layersOf({})).toEqual(Array(4).fill('DeltaNet'));
    expect(layersOf({ ratio: '3:1' })).toEqual(['DeltaNet', 'DeltaNet', 'DeltaNet', 'Attention']);
    expect(layersOf({ ratio: '2:1', convention: 'period' })).toEqual([
      'DeltaNet',
      'Attention',
      'DeltaNet',
      'Attention',
    ]);
    expect(layersOf({ pattern: 'AG' })).toEqual(['Attention', 'DeltaNet', 'Attention', 'DeltaNet']);
    expect(layersOf({ attn: { layers: [2], num_heads: 2 } })[2]).toBe('Attention');
    expect(patternLayers('GGGA', 6)).toEqual([3]);
  });
  it('name several linear mixers in a list, which FLA has no model type for', () => {
    const config = { ...base, num_hidden_layers: 3, layers: ['deltanet', 'gated_deltanet', 'attention'], head_dim: 4 };
    const model = hybrid(config, { mixers, init: shapesOnly() });
    expect(model.model.layers.map(({ attn }) => attn.constructor.name)).toEqual([
      'DeltaNet',
      'GatedDeltaNet',
      'Attention',
    ]);
    expect(model.config.json.model_type).toBe('twill');
    expect(hybrid(model.config.json, { mixers, init: shapesOnly() }).config.json).toEqual(model.config.json);
  });
  it('record what was written, and can be read again', () => {
    const { json } = hybrid({ ...base, ratio: '3:1' }, { mixers, init: shapesOnly() }).config;
    expect(json).toMatchObject({ ratio: '3:1', convention: 'literal', attn: { layers: [3], num_heads: 2 } });
    expect(hybrid(json, { mixers, init: shapesOnly() }).config.json).toEqual(json);
  });
  it.each([
    [{ ratio: '3:1', pattern: 'GA' }, 'ratio and pattern are given'],
    [{ convention: 'period' }, 'convention is given without ratio'],
    [{ ratio: '3:1', convention: 'odd' }, 'convention is "odd"'],
    [{ ratio: '3:1', attn: { layers: [1], num_heads: 2 } }, 'attn.layers is [1]'],
    [{ ratio: '3:1', attn: { layers: [{ toString: 1 }], num_heads: 2 } }, 'attn.layers is [{ toString }]'],
    [{ pattern: 'GXA' }, 'other letters'],
    [{ pattern: 'GGGGGGGA' }, 'names 8 layers'],
    [{ layers: ['gla', 'attention'] }, '"gla" is none of the mixers at hand'],
    [{ layers: ['deltanet'] }, 'layers names 1 layers but num_hidden_layers is 4'],
    [{ model_type: 'transformer', ratio: '3:1' }, 'every layer of attention is attention already'],
    [{ attn: { layers: [9], num_heads: 2 } }, 'attn names layer 9'],
  ])('%o is refused', (config, message) => {
    expect(() => layersOf(config)).toThrow(message);
  });
});
