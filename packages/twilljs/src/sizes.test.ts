// Presets have the parameters of the published models, and of the closed formula.
import { countParams, mlpWidth, shapesOnly } from '@twilljs/nn';
import { describe, expect, it } from 'vitest';
import { configOf, fullLayers, hybrid, type ModelSize, mixers, modelSizes, otherModels, type Ratio } from './index.ts';

const make = (config: object) => hybrid(config, { mixers, init: shapesOnly() });
const count = (size: ModelSize, mixer: string, ratio: Ratio = 'pure') =>
  countParams(make(configOf(size, mixer, ratio)));

/** Parameters of one linear layer's mixer, for width h. Gates of width 16 with a bias in GLA, convolutions of 4 taps. */
const mixerParameters: Record<string, (h: number, heads: number) => number> = {
  hgrn: (h) => 4 * h * h + h,
  hgrn2: (h) => 4 * h * h + h,
  retnet: (h, heads) => 8 * h * h + (2 * h) / heads,
  gla: (h, heads) => 4 * h * h + 16 * h + (16 * h) / 2 + h / 2 + h / heads,
  deltanet: (h, heads) => 4 * h * h + h * heads + 3 * 4 * h + h / heads,
  'gated-deltanet': (h, heads) => 5 * h * h + 2 * h * heads + 2 * heads + 3 * 4 * h + h / heads,
};

/** The mixers of the paper, whichever others there are. */
const linear = Object.keys(mixerParameters);

/** One row of lower bounds per layer, full layers included. */
const bounds = ['hgrn', 'hgrn2'];

/** Of the paper's softmax layers: 32 heads, 8 of keys and values. */
const softmaxParameters = (h: number) => 2 * h * h + (2 * h * h * 8) / 32;

describe('the paper', () => {
  it('Gated DeltaNet, 24 layers', () => {
    expect(count(modelSizes['340M'], 'gated-deltanet')).toBe(399_531_200);
    expect(count(modelSizes['1.3B'], 'gated-deltanet')).toBe(1_466_343_808);
  });

  it('the Transformer', () => {
    expect(count(modelSizes['340M'], 'attention')).toBe(373_867_520);
    expect(count(modelSizes['1.3B'], 'attention')).toBe(1_364_297_728);
  });

  it.each([
    ['hgrn', 373.9, 1364.4],
    ['hgrn2', 373.9, 1364.4],
    ['retnet', 380.2, 1351.7],
    ['gla', 374.5, 1365.5],
    ['deltanet', 374.4, 1365.7],
  ])('%s, %s M and %s M', (mixer, small, large) => {
    expect(count(modelSizes['340M'], mixer) / 1e6).toBeCloseTo(small, 1);
    expect(count(modelSizes['1.3B'], mixer) / 1e6).toBeCloseTo(large, 1);
  });

  it.each([
    ['gated-deltanet-340M-21-layers', 379.8],
    ['gated-deltanet-1.3B-21-layers', 1387.3],
    ['gated-deltanet-340M-6-heads', 512.3],
  ])('%s, %s M', (name, millions) => {
    expect(countParams(make(otherModels[name])) / 1e6).toBeCloseTo(millions, 1);
  });

  const hybrids = ['340M', '1.3B'].flatMap((size) => linear.map((mixer) => [size, mixer] as const));
  it.each(hybrids)('%s of %s is the closed formula at every ratio', (sizeName, mixer) => {
    const size: ModelSize = modelSizes[sizeName as '340M' | '1.3B'];
    for (const ratio of ['pure', '24', '12', '6', '3'] as const) {
      const model = make(configOf(size, mixer, ratio));
      const { hidden_size: h, num_hidden_layers: L, vocab_size: V } = model.config.model;
      const heads = (size.mixers[mixer].num_heads as number) ?? 1;
      const full = ratio === 'pure' ? 0 : fullLayers(`${ratio}:1`, L, 'period').length;
      expect(full).toBe(ratio === 'pure' ? 0 : 24 / Number(ratio));
      const block = 3 * h * mlpWidth(model.config.model) + 2 * h;
      const weave = (L - full) * mixerParameters[mixer](h, heads) + full * softmaxParameters(h);
      const shared = bounds.includes(mixer) ? L * h : 0;
      expect(countParams(model), ratio).toBe(weave + L * block + shared + 2 * V * h + h);
    }
  });
});

describe('the small study', () => {
  it.each([
    ['hgrn', 52_656, 52_608],
    ['hgrn2', 52_656, 52_608],
    ['retnet', 70_992, 61_728],
    ['gla', 54_864, 53_664],
    ['deltanet', 53_856, 53_160],
    ['gated-deltanet', 58_664, 55_564],
  ])('recall with %s has %i and %i parameters', (mixer, pure, woven) => {
    expect([count(modelSizes.recall, mixer), count(modelSizes.recall, mixer, '2')]).toEqual([pure, woven]);
  });

  it('the Transformer of recall has 52,464', () => {
    expect(count(modelSizes.recall, 'attention')).toBe(52_464);
  });

  it('language models have 135,600 to 172,656', () => {
    const counts = [...linear, 'attention'].map((name) => count(modelSizes.language, name));
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(135_600);
    expect(Math.max(...counts)).toBeLessThanOrEqual(172_656);
  });
});

describe('configOf', () => {
  it.each([
    [undefined, 'gla', 'pure', 'configOf: size: the options are undefined'],
    [{ ...modelSizes.recall, depth: 3 }, 'gla', 'pure', 'there is no option depth'],
    [modelSizes.recall, 'gated_deltanet', 'pure', 'did you mean gated-deltanet?'],
    [modelSizes.recall, 'delta_net', '2', 'did you mean deltanet?'],
    [modelSizes.recall, 'gla', '3:1', `ratio is "3:1" where 'pure' or a number`],
    [modelSizes.recall, 'gla', '0', 'ratio is "0"'],
    [modelSizes.recall, undefined, 'pure', 'mixer is undefined'],
  ])('refuses %# in words', (size, mixer, ratio, message) => {
    expect(() => configOf(size as never, mixer as never, ratio as never)).toThrow(message);
  });
});
