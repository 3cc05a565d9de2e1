// States of mixers that nobody here has written: in place where they keep their shape, else by value; the same numbers either way.
import { type Initializer, initializer, Linear, type Mixer, type MixerFamily, type State } from '@twilljs/nn';
import { concat, cpu, scope, type Tensor, zeros } from '@twilljs/tensor';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { hybrid } from './index.ts';
import type { Place } from './place.ts';

const D = 8;

/** y_t = W (x_t + what it remembers of the tokens before). */
abstract class Remembering implements Mixer {
  readonly o_proj: Linear;

  constructor(init: Initializer) {
    this.o_proj = new Linear(D, D, init.fork('o_proj'));
  }

  abstract init(batch: number): State;
  /** One token [B,1,D]: what is added to it, and the next state. */
  abstract step(x: Tensor, state: State): { seen: Tensor; state: State };
  abstract stateSize(tokens: number): number;

  forward(x: Tensor, state: State = this.init(x.shape[0])): { y: Tensor; state: State } {
    let now = state;
    const ys = Array.from({ length: x.shape[1] }, (_, t) => {
      const token = x.slice(1, t, t + 1);
      const { seen, state } = this.step(token, now);
      now = state;
      return token.add(seen);
    });
    return { y: this.o_proj.forward(concat(ys, 1)), state: now };
  }

  coreMacs(): number {
    return 0;
  }

  protected zeros(batch: number, rows = 1): Tensor {
    return zeros([batch, rows, D], { device: this.o_proj.weight.device });
  }
}

/** The last two tokens, which change places. */
class Two extends Remembering {
  init(batch: number): State {
    return { one: this.zeros(batch), two: this.zeros(batch) };
  }
  step(x: Tensor, { one, two }: State) {
    return { seen: (two as Tensor).mul(0.5), state: { one: x, two: one } };
  }
  stateSize(): number {
    return 2 * D;
  }
}

/** The first token, which stays. */
class First extends Remembering {
  init(batch: number): State {
    return { sum: this.zeros(batch), kept: this.zeros(batch) };
  }
  step(_: Tensor, { sum, kept }: State) {
    const next = (sum as Tensor).mul(0.5).add(1);
    return { seen: (sum as Tensor).add(kept as Tensor), state: { sum: next, kept } };
  }
  stateSize(): number {
    return 2 * D;
  }
}

/** A number of its own. */
class Counting extends Remembering {
  init(batch: number): State {
    return { last: this.zeros(batch), count: 0 };
  }
  step(x: Tensor, { last, count }: State) {
    return {
      seen: (last as Tensor).mul(1 / (1 + (count as number))),
      state: { last: x, count: (count as number) + 1 },
    };
  }
  stateSize(): number {
    return D;
  }
}

/** All tokens, without a word about it. */
class Growing extends Remembering {
  init(batch: number): State {
    return { all: this.zeros(batch, 0) };
  }
  step(x: Tensor, { all }: State) {
    const next = concat([all as Tensor, x], 1);
    return { seen: next.sum(1, true), state: { all: next } };
  }
  stateSize(tokens: number): number {
    return tokens * D;
  }
}

/** All tokens, in a ring, as it says; but it is none. */
class Mistaken extends Growing {
  readonly inPlace = {};
}

/** All tokens and one: no axis is empty at first. */
class Swelling extends Growing {
  override init(batch: number): State {
    return { all: this.zeros(batch, 1) };
  }
  override stateSize(tokens: number): number {
    return (tokens + 1) * D;
  }
}

/** An entry that comes with the first token. */
class Late extends Two {
  override init(batch: number): State {
    return { one: this.zeros(batch) };
  }
  override step(x: Tensor, { one, two }: State) {
    return { seen: (two ?? one) as Tensor, state: { one: x, two: one } };
  }
}

/** Its entries in another order than at first. */
class Turned extends Two {
  override step(x: Tensor, state: State) {
    const { seen, state: next } = super.step(x, state);
    return { seen, state: { two: next.two, one: next.one } };
  }
}

const family = (create: (init: Initializer) => Mixer): MixerFamily => ({
  name: 'own',
  title: 'Own',
  model_type: 'own',
  architecture: 'OwnForCausalLM',
  role: 'linear',
  fields: {},
  create: (_, { init }) => create(init),
});

const config = { model_type: 'own', hidden_size: D, num_hidden_layers: 2, vocab_size: 12, intermediate_size: 8 };
const tokens = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9];

describe.each<[string, boolean, new (init: Initializer) => Mixer]>([
  ['entries that change places', true, Two],
  ['an entry that stays', true, First],
  ['a number of its own', false, Counting],
  ['rows that grow from none', false, Growing],
  ['rows that grow from none in no ring', false, Mistaken],
  ['rows that grow from one', false, Swelling],
  ['an entry that comes late', false, Late],
  ['entries in another order', false, Turned],
])('%s', (_, inPlace, Own) => {
  it.each(['cpu', 'wasm'])(
    `decodes ${inPlace ? 'in place' : 'by value'} as the whole sequence does, on %s`,
    async (name) => {
      const on = name === 'cpu' ? cpu() : await device();
      const mixers = [family((init) => new Own(init))];
      const model = await hybrid(config, { mixers, init: initializer(1, 0.3) }).to(on);
      const whole = await scope(() => model.forward([tokens])).data();
      using cache = model.cache(1);
      const rows: number[] = [];
      for (const id of tokens) rows.push(...(await scope(() => model.next([[id]], cache)).data()));
      expect(rows).toEqual([...whole]);
      const place: Place = cache.owner;
      expect(place.inPlace !== null && !place.decodesByValue && model.report().recordings > 0).toBe(inPlace);
    },
  );
});
