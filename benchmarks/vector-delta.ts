// The delta rule with a decay per key channel on the wasm device: kernels against the chunkwise definition, and against a JavaScript loop over tokens.
import { vectorDeltaGradOp, vectorDeltaOp } from '@twilljs/scan';
import { vectorDeltaInputs } from '../packages/scan/src/vector-cases.test-data.ts';
import { arrays, headSizes, label, measureRecurrence, overTokens } from './recurrence.ts';

const attrs = { scale: 0.2 };

for (const size of headSizes) {
  const { K, V } = size;
  const inputs = vectorDeltaInputs(size);
  const { q, k, v, g, beta, h0 } = arrays(inputs, ['q', 'k', 'v', 'g', 'beta', 'h0']);
  const [y, error] = [new Float32Array(v.length), new Float32Array(V)];
  const loop = overTokens(size, h0, (S, at) => {
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
  });
  const ops = { op: vectorDeltaOp, gradOp: vectorDeltaGradOp, attrs };
  await measureRecurrence({ benchmark: 'vector-delta', case: label(size), ...ops, inputs, loop });
}
