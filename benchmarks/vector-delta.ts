// The delta rule with a decay per key channel on the wasm device: kernels against the chunkwise definition, and against a JavaScript loop over tokens.
import { vectorDeltaGradOp, vectorDeltaOp } from '@twilljs/scan';
import { kernels } from '@twilljs/scan/wasm';
import { apply, type Shape, scope, size, type Tensor, tensor, untracked } from '@twilljs/tensor';
import { noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { type VectorCase, vectorDeltaInputs } from '../packages/scan/src/vector-cases.ts';
import { report, seconds } from './measure.ts';

const attrs = { scale: 0.2 };
const names = ['q', 'k', 'v', 'g', 'beta', 'h0'] as const;
const cases: VectorCase[] = [
  { B: 4, T: 256, H: 2, K: 24, V: 24 },
  { B: 32, T: 64, H: 2, K: 24, V: 24 },
  { B: 2, T: 256, H: 4, K: 64, V: 64 },
  { B: 1, T: 512, H: 2, K: 128, V: 128 },
  { B: 8, T: 1, H: 4, K: 64, V: 64 },
];

/** The recurrence as a JavaScript programmer writes it, forward only. */
function loop({ B, T, H, K, V }: VectorCase, inputs: Readonly<Record<string, ArrayLike<number>>>): () => void {
  const [q, k, v, g, beta, h0] = names.map((name) => Float32Array.from(inputs[name]));
  const [S, y, error] = [new Float32Array(K * V), new Float32Array(v.length), new Float32Array(V)];
  return () => {
    for (let b = 0; b < B; b++) {
      for (let h = 0; h < H; h++) {
        S.set(h0.subarray((b * H + h) * K * V, (b * H + h + 1) * K * V));
        for (let t = 0; t < T; t++) {
          const at = (b * T + t) * H + h;
          for (let j = 0; j < V; j++) error[j] = v[at * V + j];
          for (let i = 0; i < K; i++) {
            const decay = Math.exp(g[at * K + i]);
            for (let j = 0; j < V; j++) {
              S[i * V + j] *= decay;
              error[j] -= k[at * K + i] * S[i * V + j];
            }
          }
          for (let j = 0; j < V; j++) y[at * V + j] = 0;
          for (let i = 0; i < K; i++) {
            const x = beta[at] * k[at * K + i];
            const z = attrs.scale * q[at * K + i];
            for (let j = 0; j < V; j++) {
              S[i * V + j] += x * error[j];
              y[at * V + j] += z * S[i * V + j];
            }
          }
        }
      }
    }
  };
}

for (const at of cases) {
  const inputs = vectorDeltaInputs(at);
  const { B, T, H, K, V } = at;
  const label = `B=${B} T=${T} H=${H} K=${K} V=${V}`;
  const numbers = Object.fromEntries(names.map((name) => [name, inputs[name].data]));
  const floor = seconds(loop(at, numbers));
  report({ benchmark: 'vector-delta', case: `${label} forward, JavaScript loop`, value: floor * 1e3, unit: 'ms' });
  for (const tier of ['plain', 'relaxed'] as const) {
    const fast = await wasm({ tier, kernels });
    const slow = await wasm({ tier });
    const make = (device: typeof fast): [Tensor[], Tensor[]] => {
      const ins = names.map((name) => tensor(inputs[name].data, inputs[name].shape, { device }));
      const outs = vectorDeltaOp.shape(
        ins.map((t) => t.shape),
        attrs,
      );
      const dys = outs.map((shape: Shape, i) => tensor(noise(size(shape), i), shape, { device }));
      return [ins, [...dys, ...ins]];
    };
    const time = (op: typeof vectorDeltaOp, ins: readonly Tensor[]) =>
      seconds(() => untracked(() => scope(() => void apply(op, ins, attrs))));
    const [[ins, dins], [slowIns, slowDins]] = [make(fast), make(slow)];
    for (const [pass, op, a, b] of [
      ['forward', vectorDeltaOp, ins, slowIns],
      ['backward', vectorDeltaGradOp, dins, slowDins],
    ] as const) {
      const [ours, definition] = [time(op, a), time(op, b)];
      const result = { benchmark: 'vector-delta', case: `${tier} ${label} ${pass}`, value: ours * 1e3, unit: 'ms' };
      report({ ...result, ratio: definition / ours, floor: 'definition' });
      if (pass === 'forward') report({ ...result, ratio: floor / ours, floor: 'JavaScript loop' });
    }
  }
}
