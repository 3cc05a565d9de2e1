// A trainer used wrongly: a typed error each time, and neither weights nor counters move.
import { IGNORE, mqar } from '@twilljs/data';
import { deltanet } from '@twilljs/deltanet';
import { hybrid } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { cpu, isTwillError, OptionError, release, rng, zeros } from '@twilljs/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DivergenceError } from './errors.ts';
import { adamw } from './optimizers.ts';
import type { Counters, Snapshot } from './snapshot.ts';
import type { StepRecord } from './step-record.ts';
import { trainable } from './trainable.ts';
import { Trainer } from './trainer.ts';

const config = {
  model_type: 'delta_net',
  hidden_size: 8,
  num_hidden_layers: 1,
  num_heads: 1,
  intermediate_size: 8,
  vocab_size: 16,
};
const made = () => hybrid(config, { mixers: [deltanet], init: initializer(1, 0.1) });
const placed = () => made().to(cpu());
const source = () => mqar({ length: 16, vocab: 16, pairs: 2, batch: 2, source: rng(5) });
const weightsOf = async ({ model }: Trainer) => [...(await model.arena.flat.data())];

/** The error of a call, which must be one of Twill's. */
async function refusal(call: () => unknown): Promise<Error> {
  try {
    await call();
  } catch (error) {
    expect(isTwillError(error), String(error)).toBe(true);
    return error as Error;
  }
  throw new Error('it was accepted');
}

describe('calls', () => {
  it('two at once: the second is refused, the first counts once', async () => {
    using trainer = new Trainer(await placed(), { steps: 5 });
    const first = trainer.train(source().batch(0));
    const more = [
      () => trainer.train(source().batch(1)),
      () => trainer.snapshot(),
      () => trainer.run(source()).next(),
      () => trainer.restore({} as Snapshot),
    ];
    for (const error of await Promise.all(more.map(refusal))) {
      expect(error.message).toMatch(/train\(\) of this trainer has not ended; await it/);
    }
    expect((await first).step).toBe(1);
    expect(trainer.step).toBe(1);
    expect((await trainer.train(source().batch(1))).step).toBe(2);
    const reading = trainer.snapshot();
    expect((await refusal(() => trainer.train(source().batch(2)))).message).toMatch(/snapshot\(\) .* has not ended/);
    expect((await reading).counters.step).toBe(2);
  });

  it('beyond the plan: the learning rate does not climb again', async () => {
    using trainer = new Trainer(await placed(), { steps: 3, lr: 1e-2, minRatio: 0.1 });
    const rates: number[] = [];
    for await (const { lr } of trainer.run(source())) rates.push(lr);
    expect(rates[2]).toBeCloseTo(1e-3, 12); // a tenth of the peak
    const before = await weightsOf(trainer);
    expect((await refusal(() => trainer.train(source().batch(3)))).message).toMatchInlineSnapshot(
      `"train: all 3 steps of the plan are done; make a Trainer with more steps."`,
    );
    expect(await weightsOf(trainer)).toEqual(before);
    for await (const _ of trainer.run(source())) throw new Error('there is no step left');
  });

  it('a batch that cannot be: nothing moves, and the next one is step 1', async () => {
    using trainer = new Trainer(await placed(), { steps: 5, weightDecay: 1 });
    const before = await weightsOf(trainer);
    const good = source().batch(0);
    const odd = [
      { ...good, labels: good.labels.map(() => IGNORE) },
      { ...good, inputs: good.inputs.map(() => 16) },
      { ...good, labels: good.labels.map(() => 16) },
      { ...good, T: 8 },
      undefined,
    ];
    for (const batch of odd) await refusal(() => trainer.train(batch as typeof good));
    expect(await weightsOf(trainer)).toEqual(before);
    expect((await trainer.train(good)).step).toBe(1);
    expect(trainer.tokens).toBe(32);
  });

  it('after dispose, also in the middle of a step; disposing twice is nothing', async () => {
    const trainer = new Trainer(await placed(), { steps: 5 });
    const before = await weightsOf(trainer);
    const step = trainer.train(source().batch(0));
    trainer[Symbol.dispose]();
    trainer[Symbol.dispose]();
    const calls = [
      () => step,
      () => trainer.train(source().batch(0)),
      () => trainer.snapshot(),
      () => trainer.restore({} as Snapshot),
    ];
    for (const call of calls) expect((await refusal(call)).message).toMatch(/the trainer was disposed of; make a new/);
    expect(await weightsOf(trainer)).toEqual(before);
  });

  it('after the model has moved, or is gone', async () => {
    const model = await placed();
    using trainer = new Trainer(model, { steps: 5 });
    await trainer.train(source().batch(0));
    await model.to(cpu({ float: 'f64' }));
    expect((await refusal(() => trainer.train(source().batch(1)))).message).toMatch(/the model was moved to cpu/);
    expect((await refusal(() => trainer.snapshot())).message).toMatch(/make the Trainer after model.to/);
    using second = new Trainer(model, { steps: 5 });
    release(model.arena.flat);
    expect((await refusal(() => second.train(source().batch(1)))).message).toMatch(
      /memory of the model was given back/,
    );
  });

  it('while the model moves: a step that was begun moves with it, none begins, and it goes to one place at a time', async () => {
    const resting = new Trainer(await placed(), { steps: 5 });
    await resting.train(source().batch(0));
    const model = await placed();
    const trainer = new Trainer(model, { steps: 5 });
    const step = trainer.train(source().batch(0));
    const move = model.to(cpu({ float: 'f64' }));
    const other = refusal(() => model.to(cpu()));
    expect((await step).step).toBe(1);
    const message = 'it is being moved to a device; await model.to(device)';
    expect((await refusal(() => trainer.train(source().batch(1)))).message).toContain(message);
    expect((await other).message).toContain(message);
    await move;
    expect(new Set([...(await model.arena.flat.data())])).toEqual(new Set(await weightsOf(resting)));
    expect(trainer.step).toBe(1);
  });

  it('of an optimiser with what cannot be: neither weights nor its count move', async () => {
    const { arena } = await placed();
    const good = { beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0, decayed: 'all' } as const;
    for (const bad of [{ beta1: Number.NaN }, { beta2: 2 }, { eps: 0 }, { decayed: 'al' }, { weightDecay: -1 }]) {
      expect(() => adamw({ ...good, ...bad } as never)).toThrow(`adamw: ${Object.keys(bad)} is`);
    }
    using optimizer = adamw(good).for(trainable(arena));
    const before = [...(await arena.flat.data())];
    const grad = zeros([arena.length]);
    for (const lr of [Number.NaN, -1, Number.POSITIVE_INFINITY])
      expect(() => optimizer.update(grad, lr)).toThrow('lr is');
    expect(() => optimizer.update(zeros([3]), 0.1)).toThrow(
      'the gradient is [3] but that of the trainable parameters [',
    );
    expect([optimizer.updates, [...(await arena.flat.data())]]).toEqual([0, before]);
  });

  it('of a model that lies nowhere yet, or is none', async () => {
    expect((await refusal(() => new Trainer(made(), { steps: 1 }))).message).toMatch(/call await model.to\(device\)/);
    for (const odd of [undefined, null, {}, 'model', 7, config, placed()]) {
      const error = await refusal(() => new Trainer(odd as never, { steps: 1 }));
      expect(error.message).toMatch(/give a language model/);
    }
  });

  it.each([
    ['learning_rate', { steps: 3, learning_rate: 1 }],
    ['batchSize', { steps: 3, batchSize: 1 }],
    ['step', { step: 3 }],
    ['undefined', undefined],
    ['a number', 3],
    ['a list', [3]],
    ['steps of NaN', { steps: Number.NaN }],
    ['steps of 2.5', { steps: 2.5 }],
    ['lr as a string', { steps: 3, lr: '3e-3' }],
  ])('settings that cannot be: %s', async (_, settings) => {
    const model = await placed();
    expect(await refusal(() => new Trainer(model, settings as never))).toBeInstanceOf(OptionError);
  });

  it.each([
    ['no source', undefined, {}],
    ['batches as a list', [], {}],
    ['an option nobody reads', source(), { validate: 3 }],
    ['validation every 0 steps', source(), { validation: { every: 0, measure: () => ({}) } }],
    ['validation without measure', source(), { validation: { every: 1 } }],
    ['validation with another name', source(), { validation: { every: 1, measure: () => ({}), metric: 'loss' } }],
  ])('a run with %s', async (_, batches, options) => {
    using trainer = new Trainer(await placed(), { steps: 2 });
    await refusal(() => trainer.run(batches as never, options as never).next());
    expect(trainer.step).toBe(0);
  });
});

describe('restore', () => {
  const steps = 9;
  const trained = async () => {
    const trainer = new Trainer(await placed(), { steps });
    for (let i = 0; i < 3; i++) await trainer.train(source().batch(i));
    return trainer;
  };
  const counters: Counters = { step: 3, tokens: 96, updates: 3, skipped: 0, skippedInARow: 0 };

  it.each([
    ['step 99 of 9', { step: 99, updates: 99, tokens: 3168 }, /of step 99 but the plan has 9 steps/],
    ['more updates than steps', { updates: 7 }, /7 updates and 0 skipped steps are not 3 steps/],
    ['fewer updates than steps', { updates: 1 }, /1 updates and 0 skipped steps are not 3 steps/],
    ['a step back', { step: 2 }, /3 updates and 0 skipped steps are not 2/],
    ['a skip too many', { skipped: 1 }, /3 updates and 1 skipped/],
    ['more skips in a row than skips', { updates: 2, skipped: 1, skippedInARow: 2 }, /2 skipped in a row/],
    ['skips without an update between', { updates: 0, skipped: 3, skippedInARow: 1 }, /without an update between/],
    ['no tokens', { tokens: 0 }, /0 tokens were read in 3 steps/],
    ['tokens before the first step', { step: 0, updates: 0 }, /96 tokens were read in 0 steps/],
    ['a negative step', { step: -1 }, /step is -1/],
    ['half a step', { step: 2.5 }, /step is 2.5/],
    ['NaN', { tokens: Number.NaN }, /tokens is NaN/],
    ['a counter as text', { step: '3' }, /step is "3"/],
    ['an unknown counter', { steps: 3 }, /no option steps/],
  ])('of %s changes nothing', async (_, change, message) => {
    using trainer = await trained();
    const snapshot = await trainer.snapshot();
    expect(snapshot.counters).toEqual(counters);
    const before = await weightsOf(trainer);
    const odd = { ...snapshot, counters: { ...counters, ...change } } as Snapshot;
    expect((await refusal(() => trainer.restore(odd))).message).toMatch(message);
    expect([await weightsOf(trainer), trainer.step]).toEqual([before, 3]);
    trainer.restore(snapshot);
    expect((await trainer.train(source().batch(3))).step).toBe(4);
  });

  it('refuses whatever is no snapshot', async () => {
    using trainer = await trained();
    const snapshot = await trainer.snapshot();
    const values = fc.oneof(
      fc.anything(),
      fc.record({ counters: fc.anything(), parameters: fc.anything() }),
      fc.constantFrom('counters', 'parameters', 'm', 'v').map((name) => ({ ...snapshot, [name]: undefined })),
    );
    await fc.assert(
      fc.asyncProperty(values, async (odd) => {
        await refusal(() => trainer.restore(odd as Snapshot));
      }),
    );
    expect(trainer.step).toBe(3);
  });

  it('takes what any steps, skipped ones among them, leave', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: steps }), async (skips) => {
        using trainer = await trained();
        const snapshot = await trainer.snapshot();
        const skipped = skips.filter(Boolean).length;
        const skippedInARow = skips.length - (skips.lastIndexOf(false) + 1);
        const left = {
          step: skips.length,
          tokens: 32 * skips.length,
          updates: skips.length - skipped,
          skipped,
          skippedInARow,
        };
        trainer.restore({ ...snapshot, counters: left });
        expect((await trainer.snapshot()).counters).toEqual(left);
      }),
      { numRuns: 20 },
    );
  });
});

describe('a loss that is never finite', () => {
  const poisoned = async () => {
    const model = await placed();
    const { flat } = model.arena;
    model.device.write(flat.buffer, (await flat.data()).fill(Number.NaN));
    return model;
  };

  it('is an error even where the plan ends before maxSkips', async () => {
    using trainer = new Trainer(await poisoned(), { steps: 3 });
    const seen: StepRecord[] = [];
    const run = async () => {
      for await (const record of trainer.run(source())) seen.push(record);
    };
    const error = await refusal(run);
    expect(error).toBeInstanceOf(DivergenceError);
    expect(error.message).toMatch(/none of the 3 steps so far had a finite loss and gradient/);
    expect((error as DivergenceError).record).toMatchObject({ step: 3, skipped: true });
    expect(seen.map(({ skipped }) => skipped)).toEqual([true, true]);
  });
});

describe('validation', () => {
  const run = async (every: number | null) => {
    using trainer = new Trainer(await placed(), { steps: 7, lr: 1e-2 });
    const seen: [number, unknown][] = [];
    const measure = async (model: Trainer['model']) => ({ loss: await model.loss([[1, 2, 3, 4]]).item() });
    const options = every === null ? {} : { validation: { every, measure } };
    for await (const { step, validation } of trainer.run(source(), options))
      if (validation) seen.push([step, validation]);
    return { seen, weights: await weightsOf(trainer) };
  };

  it.each([[undefined], [null], [3], [[1]], [new Map([['loss', 1]])]])(
    'that measures %s is refused',
    async (values) => {
      using trainer = new Trainer(await placed(), { steps: 2 });
      const validation = { every: 1, measure: () => values as never };
      const error = await refusal(() => trainer.run(source(), { validation }).next());
      expect(error.message).toContain('validation: what measure returns: the options are');
    },
  );

  it('comes every so many steps and at the end, and changes no bit of the training', async () => {
    const { weights } = await run(null);
    const steps = { 1: [1, 2, 3, 4, 5, 6, 7], 3: [3, 6, 7], 7: [7], 100: [7] };
    for (const [every, expected] of Object.entries(steps)) {
      const validated = await run(Number(every));
      expect(validated.seen.map(([step]) => step)).toEqual(expected);
      for (const [, values] of validated.seen) expect(values).toEqual({ loss: expect.any(Number) });
      expect(validated.weights).toEqual(weights);
    }
  });
});
