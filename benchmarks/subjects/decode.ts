// Decoding with batch 1: seconds per token after a context that was read, so that its cache is memory that was written.
import { load } from '@twilljs/hub/node';
import { params } from '@twilljs/nn';
import { device, generate, mixers, rng, scope } from 'twilljs';
import { serve } from '../lib/serve.ts';

export interface DecodeJob {
  readonly model: string;
  readonly context: number;
}

/** What a token reads, in bytes. */
export interface DecodeHello {
  readonly label: string;
  readonly bytes: number;
}

export interface Decoded {
  readonly seconds: number;
}

/** Tokens that are timed together: a text, not the first words, in which compilers and other threads wake up. */
const TOKENS = 512;

await serve(async ({ model: path, context }: DecodeJob) => {
  const on = await device();
  const { model } = await load(path, { mixers, device: on });
  const { vocab_size } = model.config.model;
  const weights = [...params(model)].filter(([name]) => !name.endsWith('embeddings.weight')); // of that one row is read
  const numbers = weights.reduce((n, [, { shape }]) => n + shape.reduce((a, b) => a * b, 1), 0);
  const read = model.cache(1);
  if (context > 0) {
    const prompt = { data: rng(1).ints(context, vocab_size), shape: [1, context] as const };
    scope(() => void model.next(prompt, read));
  }
  const work = async () => {
    using cache = read.fork();
    let start = 0;
    for await (const _ of generate(model, [1], { maxTokens: TOKENS + 1, cache })) start ||= performance.now();
    return { seconds: (performance.now() - start) / 1000 / TOKENS };
  };
  await work();
  return { hello: { label: on.label, bytes: 4 * (numbers + model.stateSize(context)) }, work };
});
