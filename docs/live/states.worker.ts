// One layer learns a sentence by heart and then reads it token by token: its state, its gates, its read-out, and what it expects next.
import { encodeText, windows } from '@twilljs/data';
import { deltanet } from '@twilljs/deltanet';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { gla } from '@twilljs/gla';
import { hgrn } from '@twilljs/hgrn';
import { hgrn2 } from '@twilljs/hgrn2';
import { compose } from '@twilljs/hybrid';
import { countParams, initializer } from '@twilljs/nn';
import { kernels as ofNn } from '@twilljs/nn/wasm';
import { retnet } from '@twilljs/retnet';
import { kernels as ofScan } from '@twilljs/scan/wasm';
import { rng } from '@twilljs/tensor';
import { Trainer } from '@twilljs/train';
import { wasm } from '@twilljs/wasm';
import { type Read, readBy } from './parts/read-by.ts';
import type { Common } from './parts/use-worker.ts';

export type Asked = { readonly mixer: string; readonly sentence: string; readonly steps: number };
export type Told =
  | Common
  | { readonly kind: 'step'; readonly step: number; readonly loss: number }
  | ({ readonly kind: 'read' } & Read);

const tell = (told: Told) => postMessage(told);
const families = [hgrn, hgrn2, retnet, gla, deltanet, gatedDeltanet];

async function train({ mixer, sentence, steps }: Asked): Promise<void> {
  const device = await wasm({ kernels: [...ofNn, ...ofScan] });
  const family = families.find(({ name }) => name === mixer)!;
  const sizes = { num_hidden_layers: 1, hidden_size: 32, intermediate_size: 64, vocab_size: 256, num_heads: 2 };
  const config = { model_type: family.model_type, ...sizes, ...family.evenHeads?.(32, 2) };
  const model = await compose(config, { mixers: [family], init: initializer(1, 0.05) }).to(device);
  tell({
    kind: 'device',
    label: device.label,
    reason: device.report().threads!.reason,
    parameters: countParams(model),
  });
  const began = performance.now();
  const tokens = encodeText(`${sentence} `.repeat(8));
  const length = tokens.length / 8;
  using trainer = new Trainer(model, { steps, lr: 1e-2 });
  const source = windows({ tokens, length, batch: 4, source: rng(1) });
  for await (const { step, loss } of trainer.run(source)) tell({ kind: 'step', step, loss });
  tell({ kind: 'read', ...(await readBy(model, tokens.slice(0, length))) });
  tell({ kind: 'done', seconds: (performance.now() - began) / 1000 });
}

addEventListener('message', ({ data }: MessageEvent<Asked>) => {
  train(data).catch((error: Error) => tell({ kind: 'failed', message: error.message }));
});
