// The models and the batch of the step benchmark: width 128, 4 layers, 8 x 128 bytes.
import { kernels as attention } from '@twilljs/attention/wasm';
import type { Batch } from '@twilljs/data';
import type { LanguageModel } from '@twilljs/hybrid';
import { kernels as nn } from '@twilljs/nn/wasm';
import { kernels as scan } from '@twilljs/scan/wasm';
import { type Device, rng } from '@twilljs/tensor';
import { hybrid, initializer, mixers } from 'twilljs';

export const ROWS = 8;
export const LENGTH = 128;

/** What a device needs that is made for measuring. */
export const kernels = [...nn, ...scan, ...attention];

const size = { hidden_size: 128, num_hidden_layers: 4, intermediate_size: 256, vocab_size: 256 };
const configs = {
  transformer: { num_heads: 2 },
  gated_deltanet: { num_heads: 2, head_dim: 64, expand_v: 1 },
  hgrn: {},
};
export const modelTypes = Object.keys(configs) as (keyof typeof configs)[];

export function modelOn(device: Device, model_type: keyof typeof configs): Promise<LanguageModel> {
  const config = { model_type, ...size, ...configs[model_type] };
  return hybrid(config, { mixers, init: initializer(1, 0.05) }).to(device);
}

export function batchOf(seed: number): Batch {
  const random = rng(seed);
  const bytes = () => random.ints(ROWS * LENGTH, size.vocab_size);
  return { inputs: bytes(), labels: bytes(), B: ROWS, T: LENGTH };
}
