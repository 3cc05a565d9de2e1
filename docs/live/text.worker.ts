// A model of bytes learns a text, and goes on from its beginning every so often: what it knows by then.
import { attention } from '@twilljs/attention';
import { kernels as ofAttention } from '@twilljs/attention/wasm';
import { decodeText, encodeText, windows } from '@twilljs/data';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { kernels as ofGatedDeltanet } from '@twilljs/gated-deltanet/wasm';
import { generate, hybrid, type LanguageModel } from '@twilljs/hybrid';
import { countParams, initializer } from '@twilljs/nn';
import { modelKernels } from '@twilljs/nn/wasm';
import { rng } from '@twilljs/tensor';
import { Trainer } from '@twilljs/train';
import { wasm } from '@twilljs/wasm';
import type { Common } from './parts/use-worker.ts';

export type Asked = { readonly text: string; readonly steps: number };

export type Told =
  | Common
  | { readonly kind: 'step'; readonly step: number; readonly bits: number }
  | { readonly kind: 'wrote'; readonly step: number; readonly text: string };

const tell = (told: Told) => postMessage(told);

/** Three layers of Gated DeltaNet to one of softmax attention, and a byte is a token. */
const sizes = { ratio: '3:1', num_hidden_layers: 4, hidden_size: 48, intermediate_size: 128, vocab_size: 256 };
const config = { model_type: 'gated_deltanet', ...sizes, num_heads: 2, head_dim: 24, expand_v: 1 };

async function write(model: LanguageModel, prompt: Int32Array): Promise<string> {
  const ids: number[] = [];
  for await (const id of generate(model, prompt, { maxTokens: 160, temperature: 0.5 })) ids.push(id);
  return decodeText([...prompt, ...ids]);
}

async function train({ text, steps }: Asked): Promise<void> {
  const device = await wasm({ kernels: [...modelKernels, ...ofGatedDeltanet, ...ofAttention] });
  const model = await hybrid(config, { mixers: [gatedDeltanet, attention], init: initializer(1, 0.05) }).to(device);
  tell({
    kind: 'device',
    label: device.label,
    reason: device.report().threads!.reason,
    parameters: countParams(model),
  });
  const tokens = encodeText(text);
  const prompt = tokens.slice(0, 12);
  const source = windows({ tokens, length: 64, batch: 8, source: rng(1) });
  using trainer = new Trainer(model, { steps, lr: 1e-2 });
  const began = performance.now();
  for await (const { step, loss } of trainer.run(source)) {
    tell({ kind: 'step', step, bits: loss / Math.LN2 });
    if (step % 25 !== 0) continue;
    tell({ kind: 'wrote', step, text: await write(model, prompt) });
  }
  tell({ kind: 'done', seconds: (performance.now() - began) / 1000 });
}

addEventListener('message', ({ data }: MessageEvent<Asked>) => {
  train(data).catch((error: Error) => tell({ kind: 'failed', message: error.message }));
});
