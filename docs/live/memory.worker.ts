// Models read the same random bytes, part by part: how many bytes each has to remember, and how long a next token takes.
import { attention } from '@twilljs/attention';
import { kernels as ofAttention } from '@twilljs/attention/wasm';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { kernels as ofGatedDeltanet } from '@twilljs/gated-deltanet/wasm';
import { type Cache, hybrid, type LanguageModel } from '@twilljs/hybrid';
import { countParams, initializer } from '@twilljs/nn';
import { modelKernels } from '@twilljs/nn/wasm';
import { rng, scope } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import type { Common } from './parts/use-worker.ts';

/** `A` is a layer of softmax attention, `G` one of Gated DeltaNet; parts of `part` tokens are read until there are `tokens`. */
export type Asked = { readonly patterns: readonly string[]; readonly part: number; readonly tokens: number };
export type Measured = {
  readonly pattern: string;
  readonly tokens: number;
  readonly bytes: number;
  readonly ms: number;
};
export type Told = Common | ({ readonly kind: 'measured' } & Measured);

const tell = (told: Told) => postMessage(told);
const sizes = { num_hidden_layers: 4, hidden_size: 48, intermediate_size: 128, vocab_size: 256 };
const config = { model_type: 'gated_deltanet', ...sizes, num_heads: 2, head_dim: 24, expand_v: 1 };

async function read({ patterns, part, tokens }: Asked): Promise<void> {
  const device = await wasm({ kernels: [...modelKernels, ...ofGatedDeltanet, ...ofAttention] });
  const how = { mixers: [gatedDeltanet, attention], init: initializer(1, 0.05) };
  const models = await Promise.all(patterns.map((pattern) => hybrid({ ...config, pattern }, how).to(device)));
  const caches = models.map((model) => model.cache(1));
  const { reason } = device.report().threads!;
  tell({ kind: 'device', label: device.label, reason, parameters: countParams(models[0]) });
  const began = performance.now();
  for (let at = 0; at < tokens; at += part) {
    const ids = rng(at).ints(part, 256);
    for (const [i, model] of models.entries()) {
      scope(() => void model.next([ids], caches[i]));
      const { length: bytes } = await caches[i].serialize();
      tell({ kind: 'measured', pattern: patterns[i], tokens: at + part, bytes, ms: await nextToken(model, caches[i]) });
    }
  }
  tell({ kind: 'done', seconds: (performance.now() - began) / 1000 });
}

/** Milliseconds of each of some tokens, which do not count as read; the first of them copy the cache and are recorded. */
async function nextToken(model: LanguageModel, cache: Cache): Promise<number> {
  using fork = cache.fork();
  let began = 0;
  for (let id = 0; id < 36; id++) {
    if (id === 4) began = performance.now();
    await scope(() => model.next([[id]], fork)).data();
  }
  return (performance.now() - began) / 32;
}

addEventListener('message', ({ data }: MessageEvent<Asked>) => {
  read(data).catch((error: Error) => tell({ kind: 'failed', message: error.message }));
});
