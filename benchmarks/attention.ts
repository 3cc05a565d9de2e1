// Softmax attention on the wasm device: its kernels against its definition, which runs on the kernels of the primitives and of softmax.
import { scaledDotProductAttention } from '@twilljs/attention';
import { kernels } from '@twilljs/attention/wasm';
import { kernels as nn } from '@twilljs/nn/wasm';
import { gradOf, parameter, scope, tensor, untracked } from '@twilljs/tensor';
import { type Tier, type WasmDevice, wasm } from '@twilljs/wasm';
import { report } from './measure.ts';

interface Shape {
  B: number;
  /** Queries, the last T of S keys. */
  T: number;
  S: number;
  H: number;
  D: number;
  window: number | null;
}

const shapes: Shape[] = [
  { B: 4, T: 256, S: 256, H: 2, D: 24, window: null },
  { B: 32, T: 64, S: 64, H: 2, D: 24, window: null },
  { B: 1, T: 1024, S: 1024, H: 2, D: 64, window: null },
  { B: 1, T: 1024, S: 1024, H: 2, D: 64, window: 64 },
  { B: 1, T: 1, S: 1024, H: 8, D: 64, window: null },
];

const numbers = (n: number, seed: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(seed * i));

/** The forward, and forward and backward. */
function programs(device: WasmDevice, { B, T, S, H, D, window }: Shape): (() => void)[] {
  const make = (length: number, seed: number) =>
    tensor(numbers(B * length * H * D, seed), [B, length, H, D], { device });
  const [q, k, v, dy] = [make(T, 1.1), make(S, 1.2), make(S, 1.3), make(T, 1.4)];
  for (const x of [q, k, v]) parameter(x);
  const run = () => scaledDotProductAttention(q, k, v, { scale: D ** -0.5, window });
  return [() => untracked(() => scope(() => void run())), () => scope(() => void gradOf([run()], [dy], [q, k, v]))];
}

/** Seconds of one call each, the fastest of many, taken in turns: a neighbour's load does not change the ratio. */
function inTurns(one: () => void, other: () => void): [number, number] {
  const best: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const end = performance.now() + 3000;
  for (let calls = 0; calls < 20 || performance.now() < end; calls++) {
    for (const [i, body] of [one, other].entries()) {
      const start = performance.now();
      body();
      best[i] = Math.min(best[i], (performance.now() - start) / 1000);
    }
  }
  return best;
}

const tiers: readonly Tier[] = (await wasm()).tier === 'relaxed' ? ['plain', 'relaxed'] : ['plain'];
for (const tier of tiers) {
  const fused = await wasm({ kernels: [...nn, ...kernels], tier });
  const plain = await wasm({ kernels: nn, tier });
  for (const shape of shapes) {
    const [ours, theirs] = [programs(fused, shape), programs(plain, shape)];
    const { B, T, S, H, D, window } = shape;
    for (const [i, what] of ['forward', 'forward and backward'].entries()) {
      const [time, definition] = inTurns(ours[i], theirs[i]);
      const name = `${tier} B=${B} T=${T} S=${S} H=${H} D=${D}${window ? ` window ${window}` : ''} ${what}`;
      const against = { ratio: definition / time, floor: 'definition' };
      report({ benchmark: 'attention', case: name, value: (B * T) / time, unit: 'tokens/s', ...against });
    }
  }
}
