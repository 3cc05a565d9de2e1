// A trainer that trains a part of a model: what is frozen keeps every bit, and takes neither memory nor time.
import { readWeights } from '@twilljs/hub';
import { params } from '@twilljs/nn';
import { cpu } from '@twilljs/tensor';
import { device } from 'twilljs';
import { expect, it } from 'vitest';
import { muon } from './optimizers.ts';
import type { TrainSettings } from './options.ts';
import { batchOf, modelOn } from './recorded.test-data.ts';
import { Trainer } from './trainer.ts';

const onlyGates = [
  { match: '*', trainable: false },
  { match: '*.gk_proj.*', trainable: true },
];
const isGate = (name: string) => name.includes('.gk_proj.');

it('leaves frozen parameters as they were for 100 steps, byte by byte, and keeps nothing of them', async () => {
  const model = await modelOn(await device({ name: 'wasm' }), 'gla');
  const before = await readWeights(params(model));
  using trainer = new Trainer(model, { steps: 100, lr: 1e-2, groups: onlyGates });
  for (let step = 0; step < 100; step++) await trainer.train(batchOf(step));
  const after = await readWeights(params(model));
  const moved = [...after].filter(([name, { bytes }]) => Buffer.compare(bytes, before.get(name)!.bytes) !== 0);
  const gates = [...after.keys()].filter(isGate);
  expect(moved.map(([name]) => name)).toEqual(gates);
  expect([...trainer.frozen.keys()]).toEqual([...after.keys()].filter((name) => !isGate(name)));
  const { parameters, m, v } = await trainer.snapshot();
  for (const map of [parameters, m, v]) expect([...map.keys()]).toEqual(expect.arrayContaining(gates));
  for (const map of [parameters, m, v]) expect(map.size).toBe(gates.length);
});

/** Bytes that a trainer holds beside its model, and how many ops a step has that a gradient asked for. */
async function costs(settings: Partial<TrainSettings>) {
  const on = await device({ name: 'wasm' });
  using model = await modelOn(on, 'gla');
  const before = on.report().bytes;
  using trainer = new Trainer(model, { steps: 9, ...settings });
  const bytes = on.report().bytes - before;
  for (let step = 0; step < 4; step++) await trainer.train(batchOf(step));
  const ops = trainer.inspect().ops.filter(({ by }) => by.some((name) => name.endsWith("'"))).length;
  return { bytes, ops };
}

it('has gradient and moments of trainable parameters alone, two of them for AdamW and one for Muon', async () => {
  const model = await modelOn(cpu(), 'gla');
  const padded = (of: (name: string) => boolean) =>
    [...params(model)].reduce((sum, [name, { size }]) => sum + (of(name) ? 4 * 64 * Math.ceil(size / 64) : 0), 0);
  const isMatrix = (name: string) => /layers/.test(name) && params(model).get(name)!.shape.length === 2;
  const [all, gates, matrices] = [padded(() => true), padded(isGate), padded(isMatrix)];
  const [whole, some, byMuon] = [
    await costs({}),
    await costs({ groups: onlyGates }),
    await costs({ optimizer: muon() }),
  ];
  expect(gates).toBeLessThan(all / 5);
  const few = 4096; // rates, counter, results and the table of the norm
  for (const [held, expected] of [
    [whole.bytes, 3 * all],
    [some.bytes, 3 * gates],
    [byMuon.bytes, 3 * all - matrices],
  ]) {
    expect(held).toBeGreaterThanOrEqual(expected);
    expect(held).toBeLessThan(expected + few);
  }
});

it('computes no gradient that only frozen parameters would want', async () => {
  const whole = await costs({});
  const head = await costs({
    groups: [
      { match: '*', trainable: false },
      { match: 'lm_head.*', trainable: true },
    ],
  });
  const last = await costs({
    groups: [
      { match: 'model.embeddings.*', trainable: false },
      { match: 'model.layers.0.*', trainable: false },
    ],
  });
  expect(head.ops).toBeLessThan(0.2 * whole.ops);
  expect(last.ops).toBeLessThan(0.7 * whole.ops);
});

it('goes on from a snapshot, of the same optimiser and the same groups', async () => {
  const settings = {
    steps: 8,
    lr: 1e-2,
    optimizer: muon({ momentum: 0.9 }),
    groups: [{ match: '*norm*', trainable: false }],
  };
  const trainerOn = async () => new Trainer(await modelOn(await device({ name: 'wasm' }), 'hybrid'), settings);
  using whole = await trainerOn();
  using first = await trainerOn();
  using second = await trainerOn();
  for (let step = 0; step < 8; step++) await whole.train(batchOf(step));
  for (let step = 0; step < 5; step++) await first.train(batchOf(step));
  const snapshot = await first.snapshot();
  second.restore(snapshot);
  for (let step = 5; step < 8; step++) await second.train(batchOf(step));
  expect(await second.snapshot()).toEqual(await whole.snapshot());
  expect(Object.keys(snapshot)).toEqual(['counters', 'parameters', 'm', 'v', 'momentum']);

  using byAdam = new Trainer(first.model, { steps: 8, groups: settings.groups });
  expect(() => byAdam.restore(snapshot, 'here')).toThrow('here: it holds m, v, momentum but adamw keeps m, v');
  using other = new Trainer(first.model, { ...settings, groups: [] });
  expect(() => other.restore(snapshot, 'here')).toThrow(/here: .* missing \(model.layers.0.attn_norm.weight/);
});
