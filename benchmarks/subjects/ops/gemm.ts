// The matrix product at the shapes of this field, with each operand as it lies or transposed, and with weights in bf16.
import { scope, tensor, untracked } from '@twilljs/tensor';
import { type OpCase, serveOp } from '../../lib/op.ts';

type Shape = readonly [batch: number, M: number, N: number, K: number];

const shapes: readonly Shape[] = [
  [1, 1024, 384, 128],
  [1, 1024, 128, 384],
  [1, 128, 384, 1024],
  [1, 1024, 48, 128],
  [1, 4096, 256, 256],
  [1, 1024, 1024, 1024],
  [8, 256, 24, 256],
  [64, 64, 64, 64],
  [64, 32, 32, 32],
  [1, 1, 384, 128],
  [1, 1, 1024, 1024],
];

const numbers = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(i));

const product = ([batch, M, N, K]: Shape, mode: string): OpCase => ({
  name: `${mode} ${batch} x ${M}x${N}x${K}`,
  flops: 2 * batch * M * N * K,
  make(device) {
    const [transposeA, transposeB] = [mode[0] === 'T', mode[1] === 'T'];
    const a = tensor(numbers(batch * M * K), transposeA ? [batch, K, M] : [batch, M, K], { device });
    const b = tensor(numbers(batch * K * N), transposeB ? [batch, N, K] : [batch, K, N], {
      device,
      ...(mode.endsWith('bf16') && { dtype: 'bf16' }),
    });
    return () => untracked(() => scope(() => void a.matmul(b, { transposeA, transposeB })));
  },
});

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

const modes = ['NN', 'NT', 'TN', 'NT bf16'];
await serveOp({
  cases: [
    {
      ...product([1, 256, 256, 256], 'NN'),
      beside: { name: 'JavaScript loop', make: () => plainLoop(256, 256, 256) },
    },
    ...shapes.flatMap((shape) => modes.map((mode) => product(shape, mode))),
  ],
});
