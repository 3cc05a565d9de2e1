// One text, however it was read: from a cache that was forked, set back, stored or cut out of others, beside others. The ids are the same
// where the two most likely are apart; where they are not, the logits are.
import { cpu, type Device, keep, rng, scope } from '@twilljs/tensor';
import { deviation } from '@twilljs/tensor/testing';
import { expect, it } from 'vitest';
import { type Cache, generate, type LanguageModel, mostLikely } from './index.ts';
import { type cases, drawn, make } from './models.test-data.ts';

/** Logits after these ids, [N]. */
export async function read(model: LanguageModel, ids: readonly number[], cache: Cache): Promise<Float64Array> {
  const made = keep(scope(() => model.next([ids], cache)));
  const logits = Float64Array.from(await made.data());
  made.release();
  return logits;
}

export async function prefilled(
  model: LanguageModel,
  ids: readonly number[],
): Promise<{ cache: Cache; logits: Float64Array }> {
  const cache = model.cache(1);
  return { cache, logits: await read(model, ids, cache) };
}

/** How far the two largest are apart. */
export function margin(logits: Float64Array): number {
  const [first, second] = logits.slice().sort().reverse();
  return first - second;
}

interface Expected {
  readonly ids: readonly number[];
  /** Logits that each was chosen from. */
  readonly logits: readonly Float64Array[];
}

const COUNT = 12;

/** What follows a text: the plain way, in f64. */
async function expectedAfter(model: LanguageModel, text: readonly number[]): Promise<Expected> {
  const { cache, logits } = await prefilled(model, text);
  const [ids, all]: [number[], Float64Array[]] = [[], [logits]];
  while (ids.length < COUNT) {
    ids.push(mostLikely(all.at(-1)!));
    all.push(await read(model, [ids.at(-1)!], cache));
  }
  return { ids, logits: all };
}

/** Compares up to where both may choose otherwise. @param logitsAfter what this way says after so many ids more. */
async function same(
  found: readonly number[],
  expected: Expected,
  logitsAfter: (ids: readonly number[]) => Promise<Float64Array>,
): Promise<void> {
  const close = expected.logits.findIndex((logits) => margin(logits) <= 1e-3);
  const certain = close === -1 ? COUNT : Math.min(close, COUNT);
  expect(found.slice(0, certain)).toEqual(expected.ids.slice(0, certain));
  if (certain < COUNT) {
    const ours = await logitsAfter(expected.ids.slice(0, certain));
    expect(deviation(ours, expected.logits[certain]).error).toBeLessThanOrEqual(1e-5);
  }
}

async function greedy(
  model: LanguageModel,
  prompts: readonly (readonly number[])[],
  cache?: Cache,
): Promise<number[][]> {
  const all: number[][] = prompts.map(() => []);
  for await (const ids of generate(model, prompts, { maxTokens: COUNT, ...(cache && { cache }) })) {
    for (const [i, id] of ids.entries()) all[i].push(id!);
  }
  return all;
}

/** What follows the text of each case. */
const expected = new Map<object, Promise<Expected>>();

export function expectedOf(more: object): Promise<Expected> {
  const found = expected.get(more) ?? make(more, cpu({ float: 'f64' })).then((model) => expectedAfter(model, text));
  expected.set(more, found);
  return found;
}

const [text, other, third] = drawn(rng(1), [24, 9, 13]);

/** A test of each case on each device. */
export function continuesAlike(which: typeof cases, devices: readonly (readonly [string, Device])[]): void {
  const all = which.flatMap(([name, more]) => devices.map(([on, device]) => [name, on, more, device] as const));
  it.each(all)('%s goes on alike on %s, whatever was done with its cache', async (_name, _on, more, device) => {
    const expected = await expectedOf(more);
    const model = await make(more, device);
    const [most, last] = [text.slice(0, -1), text.slice(-1)];
    const logitsAfter = async (ids: readonly number[]) => (await prefilled(model, [...text, ...ids])).logits;
    const from = async (cache: Cache) => await same((await greedy(model, [last], cache))[0], expected, logitsAfter);

    await same((await greedy(model, [text]))[0], expected, logitsAfter);
    await same((await greedy(model, [other, text, third]))[1], expected, logitsAfter);
    const { cache } = await prefilled(model, most);
    const stored = await cache.serialize();
    await from(cache.fork());
    await from(cache.rows([0]));
    const mark = cache.snapshot();
    await greedy(model, [other], cache);
    mark.restore();
    await from(cache);
    await from(model.restore(stored));
    const three = model.cache(3);
    const rows = [other, third, most].map((ids) => [...ids, ...new Array<number>(most.length - ids.length).fill(0)]);
    scope(() => model.next(rows, three, { lengths: [other.length, third.length, most.length] }));
    await from(three.rows([2]));
    const [, found, again] = await greedy(model, [last, last, last], three.rows([0, 2, 2]));
    await same(found, expected, logitsAfter);
    expect(again).toEqual(found);
  });
}

/** Of a cache as it is stored: all behind its three lines. */
export function bytesOfStates(stored: Uint8Array): number {
  let at = 0;
  for (let line = 0; line < 3; line++) at = stored.indexOf(10, at) + 1;
  return stored.length - at;
}
