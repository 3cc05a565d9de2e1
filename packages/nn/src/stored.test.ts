// Parameters stored in bf16: which may be, that they stay parameters, and where they lie beside the arena.
import {
  cpu,
  DeviceError,
  decodeBF16,
  encodeBF16,
  freeze,
  parameter,
  storeInBF16,
  type Tensor,
  tensor,
} from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { describe, expect, it } from 'vitest';
import { arenaOf } from './arena.ts';
import { initializer } from './initializer.ts';
import { Embedding, GatedMLP, RMSNorm, ShortConv } from './layers.ts';
import { Linear } from './linear/layer.ts';
import { countParams, matrices, params } from './module.ts';

const init = initializer(1, 0.5);
const module = () => ({
  embeddings: new Embedding(70, 24, init.fork('embeddings')),
  norm: new RMSNorm(24, 1e-6, init.fork('norm')),
  layers: [{ mlp: new GatedMLP(24, 40, init.fork('mlp')), conv: new ShortConv(24, 4, 'silu', init.fork('conv')) }],
  head: new Linear(24, 70, init.fork('head'), { bias: true }),
  table: tensor([1, 2], [2]),
});
const stored = [
  'embeddings.weight',
  'layers.0.mlp.gate_proj.weight',
  'layers.0.mlp.up_proj.weight',
  'layers.0.mlp.down_proj.weight',
  'head.weight',
];
const others = ['norm.weight', 'layers.0.conv.weight', 'head.bias'];

async function valuesOf(all: ReadonlyMap<string, Tensor>): Promise<Record<string, number[]>> {
  const values: Record<string, number[]> = {};
  for (const [name, t] of all) {
    const data = await t.data();
    values[name] = [...(t.dtype === 'bf16' ? decodeBF16(data) : data)];
  }
  return values;
}

it('matrices are what products and look-ups read, tied ones once', () => {
  const model = module();
  expect([...matrices(model).keys()]).toEqual(stored);
  const head = { weight: model.embeddings.weight };
  expect([...matrices({ ...model, head }).keys()]).toEqual(stored.slice(0, -1));
});

describe('a parameter that is stored in bf16', () => {
  it('is rounded where it is, stays a parameter, and has no gradient', async () => {
    const model = module();
    const before = await valuesOf(params(model));
    const count = countParams(model);
    for (const t of matrices(model).values()) await storeInBF16(t);
    const after = await valuesOf(params(model));
    for (const name of stored) expect(after[name], name).toEqual([...decodeBF16(encodeBF16(before[name]))]);
    for (const name of others) expect(after[name], name).toEqual(before[name]);
    expect([...params(model)].filter(([, { slot }]) => !slot).map(([name]) => name)).toEqual(stored);
    expect(countParams(model)).toBe(count);
    expect(model.head.weight.dtype).toBe('bf16');
  });

  it('lies apart from the arena, in half the bytes, and moves with its bits', async () => {
    const device = await wasm();
    const model = module();
    for (const t of matrices(model).values()) await storeInBF16(t);
    const before = await valuesOf(params(model));
    const arena = await arenaOf(params(model), device);
    expect([...arena.names].sort()).toEqual([...others].sort());
    expect([...arena.apart]).toEqual([...params(model).keys()].filter((name) => stored.includes(name)));
    expect(device.report().buffers).toBe(1 + stored.length);
    expect([...matrices(model).values()].every((t) => t.dtype === 'bf16' && t.device === device)).toBe(true);
    expect(await valuesOf(params(model))).toEqual(before);
    arena.flat.release();
    (await arenaOf(params(model), cpu({ float: 'f64' }))).flat.release();
    expect(await valuesOf(params(model))).toEqual(before);
    expect(device.report()).toMatchObject({ bytes: 0, buffers: 0 });
  });

  it('stays where it was when there is no memory elsewhere', async () => {
    const small = await wasm({ maximumBytes: 2 ** 17 });
    const model = { a: new Linear(160, 160, init.fork('a')), b: new Linear(200, 200, init.fork('b')) };
    for (const t of params(model).values()) await storeInBF16(t);
    const before = await valuesOf(params(model));
    await expect(arenaOf(params(model), small)).rejects.toThrow(DeviceError);
    expect(await valuesOf(params(model))).toEqual(before);
    expect(small.report().buffers).toBe(0);
  });
});

it('freezing and tracking are each other`s reverse', () => {
  const t = freeze(parameter(tensor([1], [1])));
  expect([t.slot, [...params({ t }).keys()]]).toEqual([undefined, ['t']]);
  expect(parameter(t).slot).toBeDefined();
  expect([...params({ t }).keys()]).toEqual(['t']);
});
