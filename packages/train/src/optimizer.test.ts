// AdamW in programs of one's own: gradients as a list, its state, and as a part of a recorded step.
import { arenaOf, clipFactor } from '@twilljs/nn';
import { compile, cpu, grad, packArena, parameter, scope, type Tensor, tensor } from '@twilljs/tensor';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { adamw, muon } from './optimizers.ts';
import { trainable } from './trainable.ts';

const options = { beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0.1, decayed: 'matrices' } as const;
const rates = [0.1, 0.05, 0.2, 0.01, 0.1];

describe.each([
  ['cpu', cpu()],
  ['wasm', await device({ name: 'wasm' })],
] as const)('on %s', (_, on) => {
  /** A matrix and a vector, and what is to be learned of them. */
  async function problem() {
    const weight = parameter(tensor([1, 2, 3, 4, 5, 6], [2, 3], { device: on }));
    const bias = parameter(tensor([0.5, -0.5], [2], { device: on }));
    const arena = await arenaOf(
      new Map([
        ['bias', bias],
        ['weight', weight],
      ]),
      on,
    );
    const loss = (x: Tensor) => {
      const y = x.matmul(weight, { transposeB: true }).add(bias);
      return y.mul(y).mean();
    };
    return { arena, loss, adam: adamw(options).for(trainable(arena)) };
  }
  const inputs = (step: number) => tensor([step, 1, -step, 2, step / 2, 1], [2, 3], { device: on });
  const valuesOf = async ({ tensors }: { readonly tensors: readonly Tensor[] }) =>
    (await Promise.all(tensors.map((t) => t.data()))).map((values) => [...values]);

  async function byHand() {
    const { arena, loss, adam } = await problem();
    for (const [step, lr] of rates.entries())
      scope(() => adam.update(packArena(grad(loss(inputs(step)), arena.tensors), arena), lr));
    return { values: await valuesOf(arena), state: await adam.state() };
  }

  it('takes gradients one by one or flat', async () => {
    const { arena, loss, adam } = await problem();
    for (const [step, lr] of rates.entries()) scope(() => adam.update(grad(loss(inputs(step)), arena.tensors), lr));
    expect(await valuesOf(arena)).toEqual((await byHand()).values);
    expect(adam.updates).toBe(5);
  });

  it('refuses what is no arena, such as the parameters by name', () => {
    expect(() => trainable(new Map() as never)).toThrow('trainable: the arena is a Map; give model.arena');
  });

  it("names what a loop of one's own hands it instead of a gradient or a state, and an arena that was left", async () => {
    const { arena, adam } = await problem();
    expect(() => adam.apply(arena.tensors as never)).toThrow('adamw: the gradient is [');
    expect(() => adam.load(JSON.parse(JSON.stringify({ updates: 0, m: new Map(), v: new Map() })))).toThrow(
      'which JSON cannot hold',
    );
    expect(() => adamw().for(arena as never)).toThrow('give trainable(model.arena).');
    expect(() => muon().for(new Map() as never)).toThrow(
      'muon: the parameters are a Map; give trainable(model.arena).',
    );
    expect(() => adam.update(arena.tensors.slice(1), 0.1)).toThrow(
      `adamw: ${arena.tensors.length - 1} gradients but ${arena.tensors.length} trainable parameters; give one for each`,
    );
    expect(() => adam.update([...arena.tensors].reverse(), 0.1)).toThrow(
      `adamw: the gradient of ${arena.names[0]} is [${arena.tensors.at(-1)!.shape}] but the parameter [`,
    );
    await arenaOf(new Map(arena.names.map((name, i) => [name, arena.tensors[i]])), on);
    expect(() => adam.update(arena.tensors, 0.1)).toThrow('adamw: the model was moved');
  });

  it('goes on from its state', async () => {
    const expected = await byHand();
    const first = await problem();
    const second = await problem();
    for (const [step, lr] of rates.entries()) {
      const { arena, loss, adam } = step < 2 ? first : second;
      if (step === 2) {
        adam.load(await first.adam.state());
        for (const [i, t] of arena.tensors.entries()) on.write(t.buffer, await first.arena.tensors[i].data());
      }
      scope(() => adam.update(grad(loss(inputs(step)), arena.tensors), lr));
    }
    expect(await valuesOf(second.arena)).toEqual(expected.values);
    expect(await second.adam.state()).toEqual(expected.state);
    expect(expected.state.updates).toBe(5);
  });

  it('refuses the state of something else, and stays as it was', async () => {
    const { adam } = await problem();
    const before = await adam.state();
    const refused = [
      [{ ...before, m: new Map() }, /optimizer.*bias/s],
      [{ ...before, v: undefined }, /it holds m but adamw keeps m, v; give what state\(\) resolved to/],
      [{ ...before, momentum: new Map() }, /it holds m, v, momentum but adamw keeps m, v/],
      [{ ...before, v: {} }, /v is \{\} where tensors by name are needed/],
      [{ ...before, updates: -1 }, /updates is -1/],
      [{ ...before, step: 1 }, /no option step/],
      [undefined, /the options are undefined/],
    ] as const;
    for (const [state, message] of refused) expect(() => adam.load(state as never)).toThrow(message);
    expect(await adam.state()).toEqual(before);
  });

  it('is a part of a recorded step, where a factor that is no number leaves all as it was', async () => {
    const { arena, loss, adam } = await problem();
    const step = compile(on, (x: Tensor) => {
      const lost = loss(x);
      const gradient = packArena(grad(lost, arena.tensors), arena);
      const { norm, factor } = clipFactor(gradient, 1e9, { loss: lost });
      adam.apply(gradient, factor);
      return norm;
    });
    let done = 0;
    for (const bad of [false, false, true, false, true, true, false, false]) {
      adam.prepare(rates[done]);
      const norm = step(bad ? inputs(Number.NaN) : inputs(done));
      if (Number.isNaN(await norm.item())) adam.skipped();
      else done++;
      expect(adam.updates).toBe(done);
    }
    expect(done).toBe(5);
    const expected = await byHand();
    expect(await valuesOf(arena)).toEqual(expected.values);
    expect(await adam.state()).toEqual(expected.state);
  });

  it('in a recorded step, says what is to be outside', async () => {
    const { arena, loss, adam } = await problem();
    let lr = 0.1;
    const step = compile(on, (x: Tensor) => {
      const lost = loss(x);
      adam.update(grad(lost, arena.tensors), lr);
      lr /= 2;
      return lost;
    });
    expect(() => {
      for (let i = 0; i < 2; i++) step(inputs(1));
    }).toThrow('call prepare(lr) before the step, and apply(gradient) inside');
  });
});
