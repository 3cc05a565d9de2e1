// Softmax attention: its kernels beside its definition, which runs on the kernels of the primitives and of softmax.
import { scaledDotProductAttention } from '@twilljs/attention';
import { kernels } from '@twilljs/attention/wasm';
import { kernels as nn } from '@twilljs/nn/wasm';
import { gradOf, parameter, scope, tensor, untracked } from '@twilljs/tensor';
import type { WasmDevice } from '@twilljs/wasm';
import { type OpCase, serveOp } from '../../lib/op.ts';

interface Shape {
  readonly B: number;
  /** Queries, the last T of S keys. */
  readonly T: number;
  readonly S: number;
  readonly H: number;
  readonly D: number;
  readonly window: number | null;
}

const shapes: readonly Shape[] = [
  { B: 8, T: 128, S: 128, H: 4, D: 32, window: null },
  { B: 32, T: 64, S: 64, H: 2, D: 24, window: null },
  { B: 1, T: 1024, S: 1024, H: 4, D: 32, window: null },
  { B: 1, T: 1024, S: 1024, H: 2, D: 64, window: null },
  { B: 1, T: 1024, S: 1024, H: 2, D: 64, window: 64 },
  { B: 1, T: 4096, S: 4096, H: 4, D: 32, window: null },
  { B: 1, T: 1, S: 1024, H: 8, D: 64, window: null },
  { B: 1, T: 1, S: 8192, H: 4, D: 32, window: null },
];

/** Above this the definition holds matrices that are no longer worth waiting for. */
const DEFINED = 1024;

const numbers = (n: number, seed: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(seed * i));

/** Pairs of a query and a key that it sees. */
function pairs({ T, S, window }: Shape): number {
  let n = 0;
  for (let t = S - T + 1; t <= S; t++) n += Math.min(t, window ?? t);
  return n;
}

function inputs(device: WasmDevice, { B, T, S, H, D, window }: Shape) {
  const make = (length: number, seed: number) =>
    tensor(numbers(B * length * H * D, seed), [B, length, H, D], { device });
  const [q, k, v, dy] = [make(T, 1.1), make(S, 1.2), make(S, 1.3), make(T, 1.4)];
  const run = () => scaledDotProductAttention(q, k, v, { scale: D ** -0.5, window });
  return { q, k, v, dy, run };
}

const cases = shapes.flatMap((shape): OpCase[] => {
  const { B, T, S, H, D, window } = shape;
  const name = `B=${B} T=${T} S=${S} H=${H} D=${D}${window ? ` window ${window}` : ''}`;
  /** Of one product of queries and keys: forward has two, backward five. */
  const flops = 2 * B * H * D * pairs(shape);
  const beside = S <= DEFINED ? { beside: 'definition' as const } : {};
  const forward: OpCase = {
    ...{ name: `${name} forward`, flops: 2 * flops, ...beside },
    make(device) {
      const { run } = inputs(device, shape);
      return () => untracked(() => scope(() => void run()));
    },
  };
  const both: OpCase = {
    ...{ name: `${name} forward and backward`, flops: 7 * flops, ...beside },
    make(device) {
      const { q, k, v, dy, run } = inputs(device, shape);
      for (const x of [q, k, v]) parameter(x);
      return () => scope(() => void gradOf([run()], [dy], [q, k, v]));
    },
  };
  return T === 1 ? [forward] : [forward, both];
});

await serveOp({ kernels: [...nn, ...kernels], below: nn, cases });
