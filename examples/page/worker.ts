// The worker of the page: trains a small hybrid on recall, on the graphics card, and answers questions with what it has learnt.
import { attention } from '@twilljs/attention';
import { kernels as ofAttention } from '@twilljs/attention/webgpu';
import { mqar } from '@twilljs/data';
import { evaluateTask } from '@twilljs/eval';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { kernels as ofGatedDeltanet } from '@twilljs/gated-deltanet/webgpu';
import { hybrid, type LanguageModel } from '@twilljs/hybrid';
import { countParams, initializer } from '@twilljs/nn';
import { modelKernels } from '@twilljs/nn/webgpu';
import { rng } from '@twilljs/tensor';
import { Trainer } from '@twilljs/train';
import { webgpu } from '@twilljs/webgpu';
import type { Asked, Question, Told } from './messages.ts';

const STEPS = 200;
const PAIRS = 4;

/** One layer of two is softmax attention. */
const config = {
  model_type: 'gated_deltanet',
  ...{ hidden_size: 32, num_heads: 2, head_dim: 16, expand_v: 1, intermediate_size: 64 },
  ...{ num_hidden_layers: 2, ratio: '1:1', vocab_size: 32, initializer_range: 0.05 },
};

const tell = (told: Told) => postMessage(told);

async function train(): Promise<LanguageModel> {
  const device = await webgpu({ kernels: [...modelKernels, ...ofGatedDeltanet, ...ofAttention] });
  const init = initializer(1, config.initializer_range);
  const model = await hybrid(config, { mixers: [gatedDeltanet, attention], init }).to(device);
  tell({ kind: 'device', label: device.label, parameters: countParams(model), steps: STEPS });
  // k1 v1 ... k4 v4, then queries with their answers; the pairs grow from two to four along the run.
  const source = mqar({ length: 24, vocab: 32, pairs: PAIRS, batch: 32, steps: STEPS, source: rng(1) });
  const recallNow = async () =>
    (await evaluateTask(model, source, { difficulties: [PAIRS], rows: 64 }))[0].accuracy.mean;
  using trainer = new Trainer(model, { steps: STEPS, lr: 1e-2, weightDecay: 0.01 });
  const began = performance.now();
  for await (const { step, loss } of trainer.run(source, { exactAt: (step) => step % 20 === 0 })) {
    tell({ kind: 'step', step, loss });
    if (step % 20 === 0 && step < STEPS) tell({ kind: 'recall', step, recall: await recallNow() });
  }
  tell({ kind: 'trained', recall: await recallNow(), seconds: (performance.now() - began) / 1000 });
  return model;
}

async function answer(model: LanguageModel, question: Question): Promise<void> {
  using cache = model.cache(1);
  const { ids } = model.choose([[...question.pairs.flat(), question.key]], cache); // one token; generate() gives more
  const [answer] = await ids.data();
  tell({ kind: 'answer', question, answer });
}

let trained: Promise<LanguageModel> | null = null;

addEventListener('message', async ({ data }: MessageEvent<Asked>) => {
  try {
    if (data.kind === 'train') trained ??= train();
    const model = await trained;
    if (data.kind === 'ask' && model) await answer(model, data.question);
  } catch (error) {
    tell({ kind: 'failed', message: (error as Error).message });
  }
});
