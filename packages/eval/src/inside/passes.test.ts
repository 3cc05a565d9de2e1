// What is seen inside a model: in parts and apart as in one go, of every kind of model, and nothing is left behind.
import { addAdapter } from '@twilljs/adapters';
import type { Batch } from '@twilljs/data';
import type { LanguageModel } from '@twilljs/hybrid';
import { matrices, params, type State } from '@twilljs/nn';
import { apply1, cpu, type Op, storeInBF16, type Tensor, write } from '@twilljs/tensor';
import { device, hybrid, type Mixer, type MixerFamily } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { meanForgetGate, memoryLength } from '../index.ts';
import { layerMeasure } from '../measures/by-layer.ts';
import { firstTokenMass } from '../measures/first-token-mass.ts';
import { attentionOf, enteringOf, gates, normed, weightsOf } from './equations.test-data.ts';
import { layersFound, smallModel, someRows, VOCAB } from './models.test-data.ts';
import { layerPasses } from './passes.ts';

const wasm = await device({ name: 'wasm', threads: 1 });

/** Mean gate of a layer by the equations. */
async function gateOf(model: LanguageModel, mixer: string, rows: Batch, layer: number): Promise<number> {
  const weights = await weightsOf(model);
  const path = `model.layers.${layer}`;
  const entering = (await enteringOf(model, weights, rows))[layer];
  const all = entering.flatMap((h) =>
    gates[mixer](weights, `${path}.attn`, normed(weights, `${path}.attn_norm`, h), layer),
  );
  return all.reduce((a, b) => a + b, 0) / all.length;
}

describe('a long row', () => {
  const rows = someRows(1, 2100);

  it.each(['gla', 'gated-deltanet', 'hgrn'])('of %s runs part by part, states handed on', async (name) => {
    using model = smallModel(name, { vocab_size: VOCAB });
    await model.to(wasm);
    const found = await layersFound(meanForgetGate, model, rows);
    expect(found[2].value).toBeCloseTo(await gateOf(model, name, rows, 2), 5);
  });

  it.each([null, 2060, 40])('has its weights on the first token, with a window of %s', async (window_size) => {
    using model = smallModel('attention', { num_hidden_layers: 1, window_size });
    await model.to(wasm);
    const weights = await weightsOf(model);
    const [entering] = await enteringOf(model, weights, rows);
    const path = 'model.layers.0';
    const inputs = entering.map((h) => normed(weights, `${path}.attn_norm`, h));
    const all = attentionOf(weights, `${path}.attn`, inputs, window_size === null ? {} : { window_size }).weights;
    const first = all.slice(1).flatMap((heads) => heads.map((of) => of[0]));
    const [{ value }] = await layersFound(firstTokenMass, model, rows);
    expect(value).toBeCloseTo(first.reduce((a, b) => a + b, 0) / first.length, 6);
  });
});

it('sequences in ranges run each alone', async () => {
  using model = smallModel('gated-deltanet');
  const { inputs, labels } = someRows(1, 9);
  const packed = { inputs, labels, B: 1, T: 9, ranges: Int32Array.of(0, 4, 4, 4, 4, 9) };
  const alone = (from: number, to: number): Batch => ({
    ...{ inputs: inputs.slice(from, to), labels: labels.slice(from, to), B: 1, T: to - from },
  });
  const together = await layersFound(meanForgetGate, model, packed);
  const [a, b] = [
    await layersFound(meanForgetGate, model, alone(0, 4)),
    await layersFound(meanForgetGate, model, alone(4, 9)),
  ];
  for (const layer of [0, 2]) {
    const expected = (4 * (a[layer].value as number) + 5 * (b[layer].value as number)) / 9;
    expect(together[layer].value).toBeCloseTo(expected, 6);
  }
});

it('rows begin in the states that an adapter has learned', async () => {
  using model = smallModel('gla');
  const rows = someRows(2, 4);
  await model.to(cpu({ float: 'f64' }));
  const without = await layersFound(meanForgetGate, model, rows);
  await addAdapter(model, { peft_type: 'STATE' });
  for (const [path, t] of params(model)) {
    if (path.includes('initial_state')) write(t, new Float64Array(t.size).fill(2));
  }
  const found = await layersFound(meanForgetGate, model, rows);
  expect(found[2].value).not.toBeCloseTo(without[2].value as number, 6);
  expect(found[2].value).toBeCloseTo(await gateOf(model, 'gla', rows, 2), 12);
});

it('matrices may be kept in bf16', async () => {
  using model = smallModel('gla');
  for (const t of matrices(model).values()) await storeInBF16(t);
  await model.to(wasm);
  const rows = someRows(2, 4);
  const found = await layersFound(meanForgetGate, model, rows);
  expect(found[2].value).toBeCloseTo(await gateOf(model, 'gla', rows, 2), 5);
});

/** Each token is what decays of the one before leave, beside itself. @param decayed what is done with the log decays. */
function ownMixer(decayed: (g: Tensor) => Tensor): MixerFamily {
  class Own implements Mixer {
    init(): State {
      return {};
    }
    forward(x: Tensor): { y: Tensor; state: State } {
      const g = decayed(x.mul(x).neg());
      return { y: x.add(g), state: {} };
    }
    stateSize = () => 0;
    coreMacs = () => 0;
  }
  return {
    ...{ name: 'own', title: 'Own', model_type: 'own', architecture: 'OwnForCausalLM', role: 'linear', fields: {} },
    create: () => new Own(),
  };
}

const ofOwn = (family: MixerFamily) =>
  hybrid(
    { model_type: 'own', hidden_size: 4, num_hidden_layers: 2, vocab_size: VOCAB, intermediate_size: 8 } as never,
    {
      mixers: [family],
    },
  );

/** An op that gives back what it is given: it says what the number is. */
const decays: Op<null> = {
  ...{ name: 'decays', inputs: ['g'], outputs: ['y'] },
  shape: ([g]) => [g!],
  define: ([g]) => [g],
  vjp: ([dy]) => [dy],
};

describe('a mixer of ones own', () => {
  const rows = someRows(2, 3);

  it('has no gate where no op is told of one', async () => {
    using model = ofOwn(ownMixer((g) => g));
    expect((await layersFound(meanForgetGate, model, rows)).map(({ value }) => value)).toEqual([null, null]);
  });

  it('joins by an op with an input g', async () => {
    using model = ofOwn(ownMixer((g) => apply1(decays, [g], null)));
    await model.to(cpu());
    const weights = await weightsOf(model);
    const entering = await enteringOf(model, weights, rows);
    const found = await layersFound(meanForgetGate, model, rows);
    for (const layer of [0, 1]) {
      const gates = entering[layer].flatMap((h) =>
        normed(weights, `model.layers.${layer}.attn_norm`, h).map((x) => Math.exp(-x * x)),
      );
      expect(found[layer].value).toBeCloseTo(gates.reduce((a, b) => a + b, 0) / gates.length, 5);
    }
  });

  it('is told where its g is no log of a decay', async () => {
    using model = ofOwn(ownMixer((g) => apply1(decays, [g.neg()], null)));
    await expect(layersFound(meanForgetGate, model, rows)).rejects.toThrow(
      /forget gate: an op has an input g whose mean decay is [\d.]+, above 1; g is the natural log of a decay, so give it another name/,
    );
    await expect(layersFound(memoryLength, model, rows)).rejects.toThrow(/memory length: .* above 0;/);
  });
});

describe('the model', () => {
  const rows = someRows(1, 3);

  it('is left as it was, also where looking fails', async () => {
    using model = smallModel('gla');
    await model.to(wasm);
    const before = wasm.report();
    const owns = () => [
      ...model.model.layers.map(({ attn }) => Object.hasOwn(attn, 'forward')),
      Object.keys(wasm).sort(),
    ];
    const names = owns();
    const { find } = wasm;
    await layersFound(meanForgetGate, model, rows);
    const failing = layerMeasure({
      ...{ name: 'failing', title: 'failing' },
      look: () => {
        throw new RangeError('looked too closely');
      },
    });
    await expect(layersFound(failing, model, rows)).rejects.toThrow('looked too closely');
    expect(wasm.find).toBe(find);
    expect(owns()).toEqual(names);
    expect(wasm.report()).toMatchObject({ bytes: before.bytes, buffers: before.buffers });
  });

  it('is said to have no numbers where it has none', async () => {
    using model = smallModel('gated-deltanet');
    const table = model.model.embeddings.weight;
    write(table, new Float32Array(table.size).fill(Number.NaN));
    const found = await meanForgetGate.compute!(model, { sets: [{ at: 3, rows }], length: 3 }, {});
    expect(found.notFinite).toBe('forget gate of layer 0');
  });

  it('and rows are looked at first', async () => {
    using model = smallModel('gla');
    const passes = (batch: Batch) => layerPasses(model, batch, () => null).next();
    await expect(passes({ ...rows, inputs: Int32Array.of(1, VOCAB, 2) })).rejects.toThrow(
      /ids: 11 at \[0, 1\] lies outside/,
    );
    await expect(passes({ ...rows, B: 2 })).rejects.toThrow(/inputs of the batch has 3 ids but B x T is 2 x 3/);
    await expect(layerPasses({} as never, rows, () => null).next()).rejects.toThrow('layerPasses: {} is no model');
  });
});
