// Trains one model on associative recall, and tells how it goes. The page starts two: HGRN2 alone, and woven with softmax attention.
import { attention } from '@twilljs/attention';
import { kernels as ofAttention } from '@twilljs/attention/wasm';
import { mqar } from '@twilljs/data';
import { evaluateTask } from '@twilljs/eval';
import { hgrn2 } from '@twilljs/hgrn2';
import { kernels as ofHgrn2 } from '@twilljs/hgrn2/wasm';
import { hybrid } from '@twilljs/hybrid';
import { countParams, initializer } from '@twilljs/nn';
import { modelKernels } from '@twilljs/nn/wasm';
import { rng } from '@twilljs/tensor';
import { Trainer } from '@twilljs/train';
import { wasm } from '@twilljs/wasm';
import type { Common } from './parts/use-worker.ts';

export interface Asked {
  /** Which layers are HGRN2 and which softmax attention, in order. */
  readonly layers: readonly ('hgrn2' | 'attention')[];
  readonly width: number;
  readonly pairs: number;
  readonly steps: number;
}

export type Told =
  | Common
  | { readonly kind: 'step'; readonly step: number; readonly loss: number }
  | { readonly kind: 'recall'; readonly step: number; readonly recall: number };

const tell = (told: Told) => postMessage(told);

async function train({ layers, width, pairs, steps }: Asked): Promise<void> {
  const device = await wasm({ kernels: [...modelKernels, ...ofHgrn2, ...ofAttention] });
  const config = { layers, hidden_size: width, intermediate_size: 2 * width, num_heads: 2, vocab_size: 64 };
  const own = { num_hidden_layers: layers.length, expand_ratio: width / 2 };
  const init = initializer(1, 0.05);
  const model = await hybrid({ ...config, ...own }, { mixers: [hgrn2, attention], init }).to(device);
  const { reason } = device.report().threads!;
  tell({ kind: 'device', label: device.label, reason, parameters: countParams(model) });

  // k1 v1 k2 v2 ..., then keys whose values it has to say; the pairs grow from two to all along the run.
  const source = mqar({ length: 8 * pairs, vocab: 64, pairs, batch: 32, steps, source: rng(1) });
  using trainer = new Trainer(model, { steps, lr: 1e-2, weightDecay: 0.01 });
  const began = performance.now();
  for await (const { step, loss } of trainer.run(source)) {
    tell({ kind: 'step', step, loss });
    if (step % 20 !== 0 && step !== steps) continue;
    const [{ accuracy }] = await evaluateTask(model, source, { difficulties: [pairs], rows: 64 });
    tell({ kind: 'recall', step, recall: accuracy.mean });
  }
  tell({ kind: 'done', seconds: (performance.now() - began) / 1000 });
}

addEventListener('message', ({ data }: MessageEvent<Asked>) => {
  train(data).catch((error: Error) => tell({ kind: 'failed', message: error.message }));
});
