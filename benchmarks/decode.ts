// Decoding from an empty context, in tokens per second, and after long ones, in milliseconds per token beside reading once what the cache
// holds: `pnpm bench decode`, or beside another checkout, `BASE=../other pnpm bench decode`.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { linear, scope, untracked, zeros } from 'twilljs';
import { report, seconds } from './measure.ts';

const TOKENS = 100;
const ROUNDS = 40;

const place = (folder: string) => pathToFileURL(resolve(folder, 'packages/twilljs/src/index.ts')).href;
type Twill = typeof import('twilljs');

const checkouts: [string, Twill][] = [['here', await import('twilljs')]];
if (process.env.BASE) checkouts.push(['base', await import(place(process.env.BASE))]);

const models = { transformer: { num_heads: 2 }, gated_deltanet: { num_heads: 2, expand_v: 1 } };

/** One run: seconds for `TOKENS` tokens after the first. */
async function decode({ generate }: Twill, model: Awaited<ReturnType<typeof make>>): Promise<number> {
  let start = 0;
  for await (const _ of generate(model, [1], { maxTokens: TOKENS + 1 })) start ||= performance.now();
  return (performance.now() - start) / 1000;
}

function make({ hybrid, mixers, device }: Twill, model_type: string, width: number) {
  const fields = { hidden_size: width, num_hidden_layers: 4, intermediate_size: 2 * width, vocab_size: 256 };
  const heads = models[model_type as keyof typeof models];
  const config = { model_type, ...fields, ...heads, ...('expand_v' in heads && { head_dim: width / 2 }) };
  return device().then((on) => hybrid(config as Parameters<typeof hybrid>[0], { mixers }).to(on));
}

for (const model_type of Object.keys(models)) {
  for (const width of [48, 128]) {
    const made = await Promise.all(
      checkouts.map(async ([, twill]) => [twill, await make(twill, model_type, width)] as const),
    );
    const best = made.map(() => Number.POSITIVE_INFINITY);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, [twill, model]] of made.entries()) best[i] = Math.min(best[i], await decode(twill, model));
    }
    const [own, floor] = best.map((seconds) => TOKENS / seconds);
    const ratio = floor === undefined ? {} : { ratio: own / floor, floor: 'the other checkout' };
    report({ benchmark: 'decode', case: `${model_type}, width ${width}`, value: own, unit: 'tokens/s', ...ratio });
  }
}

const WIDTH = 128;
/** Tokens that are timed together, and how often. */
const [STEPS, TIMES] = [20, 10];

type Model = Awaited<ReturnType<typeof make>>;

/** Seconds per token after `context` tokens. That many were not read: what the keys are changes no time. */
async function secondsAfter(model: Model, context: number): Promise<number> {
  using cache = model.cache(1);
  cache.roomFor(cache.owner, [context + STEPS * (TIMES + 1)]);
  cache.advance([context]);
  let best = Number.POSITIVE_INFINITY;
  for (let n = 0; n <= TIMES; n++) {
    const start = performance.now();
    for (let id = 0; id < STEPS; id++) scope(() => void untracked(() => model.next([[id]], cache)));
    if (n > 0) best = Math.min(best, performance.now() - start); // before that it is recorded
  }
  return best / 1000 / STEPS;
}

/** Seconds for reading as many numbers as the cache then holds: a product of one row. */
function secondsToRead(model: Model, context: number): number {
  const { device } = model;
  const [x, held] = [
    [1, WIDTH],
    [Math.ceil(model.stateSize(context) / WIDTH), WIDTH],
  ].map((shape) => zeros(shape, { device }));
  const best = seconds(() => scope(() => void untracked(() => linear(x, held, null))), 4);
  x.release();
  held.release();
  return best;
}

for (const model_type of Object.keys(models)) {
  const model = await make(checkouts[0][1], model_type, WIDTH);
  const empty = await secondsAfter(model, 0);
  for (const context of [0, 2 ** 13, 2 ** 15]) {
    const own = context === 0 ? empty : await secondsAfter(model, context);
    const read = secondsToRead(model, context);
    report({
      ...{
        benchmark: 'decode',
        case: `${model_type}, width ${WIDTH}, after ${context}`,
        value: 1000 * own,
        unit: 'ms/token',
      },
      ...(model_type === 'transformer' && context > 0
        ? { ratio: own / read, floor: 'reading the cache once' }
        : { ratio: own / empty, floor: 'after 0' }),
    });
    if (model_type === 'transformer') {
      const beyond = { value: 1000 * (own - empty), ratio: (own - empty) / read, floor: 'reading the cache once' };
      if (context > 0)
        report({ benchmark: 'decode', case: `${model_type}, what ${context} tokens add`, unit: 'ms/token', ...beyond });
    }
  }
}
