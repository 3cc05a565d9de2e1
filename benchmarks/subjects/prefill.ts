// Reading a prompt into an empty cache, up to the logits of its last token.
import { load } from '@twilljs/hub/node';
import { device, mixers, rng, scope } from 'twilljs';
import { serve } from '../lib/serve.ts';

export interface PrefillJob {
  readonly model: string;
  readonly tokens: number;
}

await serve(async ({ model: path, tokens }: PrefillJob) => {
  const on = await device();
  const { model } = await load(path, { mixers, device: on });
  const { vocab_size, hidden_size } = model.config.model;
  const prompt = { data: rng(1).ints(tokens, vocab_size), shape: [1, tokens] as const };
  const read = () => {
    using cache = model.cache(1);
    const start = performance.now();
    scope(() => void model.next(prompt, cache));
    return { seconds: (performance.now() - start) / 1000 };
  };
  read(); // recorded
  read();
  // The head is asked for the last token alone.
  const flops = tokens * (model.flopsPerToken(tokens) - 2 * vocab_size * hidden_size);
  return { hello: { label: on.label, flops }, work: read };
});
