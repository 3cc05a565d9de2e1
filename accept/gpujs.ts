// What trains through gpu.js in Node and in a page: two layers of Gated DeltaNet, on recall.
import { kernels as ofAttention } from '@twilljs/attention/gpujs';
import { mqar } from '@twilljs/data';
import { evaluateTask } from '@twilljs/eval';
import { gatedDeltanet } from '@twilljs/gated-deltanet';
import { type GpuJsMode, gpujs } from '@twilljs/gpujs';
import { hybrid } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { kernels as ofNn } from '@twilljs/nn/gpujs';
import { rng } from '@twilljs/tensor';
import { Trainer } from '@twilljs/train';

const STEPS = 200;

const config = {
  model_type: 'gated_deltanet',
  ...{ hidden_size: 32, num_heads: 2, head_dim: 16, expand_v: 1, intermediate_size: 64 },
  ...{ num_hidden_layers: 2, vocab_size: 32, initializer_range: 0.05 },
};

export interface Learned {
  readonly tier: GpuJsMode;
  /** Accuracy in recall of four pairs. */
  readonly recall: number;
  readonly losses: readonly number[];
  readonly seconds: number;
}

export async function learned(mode: GpuJsMode): Promise<Learned> {
  using device = gpujs({ mode, kernels: [...ofNn, ...ofAttention] });
  const model = await hybrid(config, { mixers: [gatedDeltanet], init: initializer(1, 0.05) }).to(device);
  const source = mqar({ length: 24, vocab: 32, pairs: 4, batch: 32, steps: STEPS, source: rng(1) });
  using trainer = new Trainer(model, { steps: STEPS, lr: 1e-2, weightDecay: 0.01 });
  const losses: number[] = [];
  const began = performance.now();
  for await (const { loss } of trainer.run(source)) losses.push(loss);
  const seconds = (performance.now() - began) / 1000;
  const [{ accuracy }] = await evaluateTask(model, source, { difficulties: [4], rows: 64 });
  return { tier: device.tier, recall: accuracy.mean, losses, seconds };
}
