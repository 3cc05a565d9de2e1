// A decay per key channel on the wasm device: kernels against the chunkwise definition, and against a JavaScript loop over tokens.
import { vectorDecayGradOp, vectorDecayOp } from '@twilljs/scan';
import { vectorDecayInputs } from '../packages/scan/src/vector-cases.test-data.ts';
import { arrays, headSizes, label, measureRecurrence, overTokens } from './recurrence.ts';

const attrs = { scale: 0.2 };

for (const size of headSizes) {
  const { K, V } = size;
  const inputs = vectorDecayInputs(size);
  const { q, k, v, g, h0 } = arrays(inputs, ['q', 'k', 'v', 'g', 'h0']);
  const y = new Float32Array(v.length);
  const loop = overTokens(size, h0, (S, at) => {
    for (let j = 0; j < V; j++) y[at * V + j] = 0;
    for (let i = 0; i < K; i++) {
      const decay = Math.exp(g[at * K + i]);
      const x = k[at * K + i];
      const z = attrs.scale * q[at * K + i];
      for (let j = 0; j < V; j++) {
        S[i * V + j] = decay * S[i * V + j] + x * v[at * V + j];
        y[at * V + j] += z * S[i * V + j];
      }
    }
  });
  const ops = { op: vectorDecayOp, gradOp: vectorDecayGradOp, attrs };
  await measureRecurrence({ benchmark: 'vector-decay', case: label(size), ...ops, inputs, loop });
}
