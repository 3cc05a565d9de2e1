// The matrix product of the wasm device, per tier, against a plain JavaScript loop and the machine's own peak.
import { scope, tensor, untracked } from '@twilljs/tensor';
import { type Tier, wasm } from '@twilljs/wasm';
import { compile } from '../scripts/asc-compile.ts';
import { report, seconds } from './measure.ts';

/** Twelve chains of multiply-add in registers: nothing that a tile does beyond arithmetic. */
const peakSource = `
@inline function fma(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}
export function peak(n: i32, x: f32): f32 {
  const a = f32x4.splat(x), b = f32x4.splat(0.5);
  let ${Array.from({ length: 12 }, (_, i) => `s${i} = f32x4.splat(${i})`).join(', ')};
  for (let i = 0; i < n; i++) { ${Array.from({ length: 12 }, (_, i) => `s${i} = fma(s${i}, b, a);`).join(' ')} }
  return f32x4.extract_lane(${Array.from({ length: 12 }, (_, i) => `s${i}`).reduce((sum, s) => `f32x4.add(${sum}, ${s})`)}, 0);
}`;

async function peak(tier: Tier): Promise<number> {
  const module = await compile('peak.ts', new Map([['peak.ts', peakSource]]), tier);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const { instance } = await WebAssembly.instantiate(module as Uint8Array<ArrayBuffer>, { env: { memory } });
  const run = instance.exports.peak as (n: number, x: number) => number;
  return (2 * 12 * 4 * 1e5) / seconds(() => void run(1e5, 1e-3));
}

/** The loop that a JavaScript programmer writes, in the order that engines like best. */
function plainLoop(M: number, N: number, K: number): () => void {
  const [a, b, c] = [new Float32Array(M * K).fill(0.5), new Float32Array(K * N).fill(0.25), new Float32Array(M * N)];
  return () => {
    c.fill(0);
    for (let i = 0; i < M; i++) {
      for (let k = 0; k < K; k++) {
        const x = a[i * K + k];
        for (let j = 0; j < N; j++) c[i * N + j] += x * b[k * N + j];
      }
    }
  };
}

/** [batch, M, N, K]. */
const shapes = [
  [1, 1024, 48, 128],
  [1, 1024, 128, 48],
  [1, 2048, 64, 48],
  [8, 256, 24, 256],
  [8, 256, 256, 24],
  [1, 1024, 1024, 1024],
  [64, 64, 64, 64],
  [1, 1, 1024, 1024],
];

const floor = (2 * 256 ** 3) / seconds(plainLoop(256, 256, 256));
report({ benchmark: 'gemm', case: 'JavaScript loop, 256^3', value: floor / 1e9, unit: 'GFLOP/s' });
// Both tiers are held to the units that fuse.
const tiers: readonly Tier[] = (await wasm()).tier === 'relaxed' ? ['plain', 'relaxed'] : ['plain'];
const top = await peak(tiers[tiers.length - 1]);
report({ benchmark: 'gemm', case: 'peak', value: top / 1e9, unit: 'GFLOP/s' });
for (const tier of tiers) {
  const device = await wasm({ tier });
  for (const [batch, M, N, K] of shapes) {
    for (const mode of ['NN', 'NT', 'TN', 'NT bf16']) {
      const [transposeA, transposeB] = [mode[0] === 'T', mode[1] === 'T'];
      const numbers = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(i));
      const a = tensor(numbers(batch * M * K), transposeA ? [batch, K, M] : [batch, M, K], { device });
      const b = tensor(numbers(batch * K * N), transposeB ? [batch, N, K] : [batch, K, N], {
        device,
        ...(mode.endsWith('bf16') && { dtype: 'bf16' }),
      });
      const time = seconds(() => untracked(() => scope(() => void a.matmul(b, { transposeA, transposeB }))));
      const rate = (2 * batch * M * N * K) / time;
      const name = `${tier} ${mode} ${batch} x ${M}x${N}x${K}`;
      const against = { ratio: rate / floor, floor: 'JavaScript loop', share: rate / top };
      report({ benchmark: 'gemm', case: name, value: rate / 1e9, unit: 'GFLOP/s', ...against });
      a.release();
      b.release();
    }
  }
}
