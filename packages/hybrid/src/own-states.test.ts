// States of mixers that nobody here has written: what keeps its names and shapes lies in a cache, anything else is refused.
import { append, scaledDotProductAttention } from '@twilljs/attention';
import {
  type Initializer,
  initializer,
  Linear,
  type Mixer,
  type MixerFamily,
  type Sequences,
  type State,
} from '@twilljs/nn';
import { concat, cpu, OptionError, scope, type Tensor, zeros } from '@twilljs/tensor';
import { deviation } from '@twilljs/tensor/testing';
import { device } from 'twilljs';
import { describe, expect, it } from 'vitest';
import { hybrid } from './index.ts';

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
  step(x: Tensor, { one, two }: State): { seen: Tensor; state: State } {
    return { seen: two.mul(0.5), state: { one: x, two: one } };
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
    const next = sum.mul(0.5).add(1);
    return { seen: sum.add(kept), state: { sum: next, kept } };
  }
  stateSize(): number {
    return 2 * D;
  }
}

/** Attention to the last four tokens, which lie in a ring. */
class Four extends Remembering {
  init(batch: number): State {
    return { last: this.zeros(batch, 0) };
  }
  override forward(x: Tensor, state: State = this.init(x.shape[0]), at?: Sequences) {
    const [B, T] = x.shape;
    const { device } = x;
    const position = at?.position ?? zeros([B], { device, dtype: 'i32' });
    const rows = Math.min(4, at?.capacity ?? T);
    const ring = state.last.shape[1] < rows ? state.last.pad(1, 0, rows - state.last.shape[1]) : state.last;
    const [row, past] = [x, ring].map((t) => t.reshape([...t.shape.slice(0, 2), 1, D]));
    const o = scaledDotProductAttention(row, row, row, { scale: 1, window: 4 }, { k: past, v: past, position });
    return { y: this.o_proj.forward(o.reshape([B, T, D])), state: { last: append(ring, x, position) } };
  }
  step(): never {
    throw new Error('it reads all at once');
  }
  stateSize(tokens: number): number {
    return Math.min(4, tokens) * D;
  }
}

/** A number of its own. */
class Counting extends Two {
  override init(batch: number): State {
    return { ...super.init(batch), count: 0 as never };
  }
}

/** Ids. */
class Ids extends Two {
  override init(batch: number): State {
    return { ...super.init(batch), ids: zeros([batch], { dtype: 'i32' }) };
  }
}

/** One for all sequences. */
class Common extends Two {
  override init(): State {
    return super.init(2);
  }
}

/** All tokens, in no ring. */
class Growing extends Remembering {
  init(batch: number): State {
    return { all: this.zeros(batch, 0) };
  }
  step(x: Tensor, { all }: State) {
    const next = concat([all, x], 1);
    return { seen: next.sum(1, true), state: { all: next } };
  }
  stateSize(tokens: number): number {
    return tokens * D;
  }
}

/** An entry that comes with the first token. */
class Late extends Two {
  override init(batch: number): State {
    return { one: this.zeros(batch) };
  }
  override step(x: Tensor, { two, one }: State) {
    return { seen: two ?? one, state: { one: x, two: one } };
  }
}

/** An entry that is gone after the first token. */
class Early extends Two {
  override step(x: Tensor, { one }: State) {
    return { seen: one, state: { one: x } };
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

const make = async (Own: new (init: Initializer) => Mixer, name: string) => {
  const mixers = [family((init) => new Own(init))];
  return hybrid(config, { mixers, init: initializer(1, 0.3) }).to(
    name === 'cpu' ? cpu() : await device({ name: 'wasm' }),
  );
};

describe.each<[string, new (init: Initializer) => Mixer]>([
  ['entries that change places', Two],
  ['an entry that stays', First],
  ['entries in another order', Turned],
  ['a ring', Four],
])('%s', (_, Own) => {
  it.each(['cpu', 'wasm'])('decodes in a cache as the whole sequence does, on %s', async (name) => {
    const model = await make(Own, name);
    const whole = await scope(() => model.forward([tokens])).data();
    using cache = model.cache(1);
    const rows: number[] = [];
    for (const id of tokens) rows.push(...(await scope(() => model.next([[id]], cache)).data()));
    expect(deviation(rows, whole).error).toBeLessThanOrEqual(1e-6);
    expect(model.report().recordings).toBe(1);
  });
});

const inInit = 'for one sequence, not a tensor of floats [1,...]; positions are in `at`, which forward is given.';
const inForward = 'keep the tensors of init, with the shapes that they came in.';

it.each<[string, new (init: Initializer) => Mixer, string]>([
  ['a number', Counting, `cache: layer 0: count in its state is 0 ${inInit}`],
  ['ids', Ids, `cache: layer 0: ids in its state is i32 [1] ${inInit}`],
  ['a tensor of other rows', Common, `cache: layer 0: one in its state is f32 [2,1,8] ${inInit}`],
])('%s in a state is refused when a cache is made', async (_, Own, message) => {
  const model = await make(Own, 'cpu');
  expect(() => model.cache(2)).toThrow(new OptionError(message));
});

it.each<[string, new (init: Initializer) => Mixer, string]>([
  ['grows', Growing, 'all [1,257,8] in its state where it was given [1,256,8]'],
  ['comes late', Late, 'two [1,1,8] in its state where it was given undefined'],
  ['is gone', Early, 'two undefined in its state where it was given [1,1,8]'],
])('a tensor that %s is refused by the first step, which changes nothing', async (_, Own, found) => {
  const model = await make(Own, 'cpu');
  using cache = model.cache(1);
  const before = await cache.serialize();
  const error = new OptionError(`cache: layer 0: forward returned ${found}; ${inForward}`);
  expect(() => scope(() => model.next([[3]], cache))).toThrow(error);
  expect(await cache.serialize()).toEqual(before);
});
