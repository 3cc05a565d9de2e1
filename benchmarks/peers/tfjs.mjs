// Training steps of a Transformer in TensorFlow.js on its WebAssembly backend.
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import { getThreadsCount, setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { adamw, batch, config, job, oneHot, rotary, serve, steps, versionOf, weights } from './side.mjs';

const folder = createRequire(import.meta.url)
  .resolve('@tensorflow/tfjs-backend-wasm/package.json')
  .replace('package.json', 'dist/');
setWasmPaths(folder);
setThreadsCount(job.threads);
await tf.setBackend('wasm');
await tf.ready();

const { B, T, ids, labels } = batch();
const { hidden_size: width, num_heads: heads, num_hidden_layers: layers, vocab_size: vocabulary } = config;
const D = width / heads;
const count = labels.filter((id) => id >= 0).length;
const inputs = tf.tensor(oneHot(ids, vocabulary), [B * T, vocabulary]);
const targets = tf.tensor(oneHot(labels, vocabulary), [B * T, vocabulary]);
const [cos, sin] = rotary(T, D).map((table) => tf.tensor(table, [1, T, 1, D / 2]));
const mask = tf.tensor(
  Float32Array.from({ length: T * T }, (_, i) => (i % T > Math.floor(i / T) ? -1e30 : 0)),
  [T, T],
);
const parameters = Object.entries(weights()).map(([name, { data, shape }]) =>
  tf.variable(tf.tensor(data, shape), true, name),
);
const p = Object.fromEntries(parameters.map((variable) => [variable.name, variable]));

const linear = (x, w) => tf.matMul(x, w, false, true);
const norm = (x, w) => x.mul(tf.rsqrt(x.square().mean(-1, true).add(config.norm_eps))).mul(w);
const silu = (x) => x.mul(x.sigmoid());
const inHeads = (x) => x.reshape([B, T, heads, D]);
const ahead = (x) => x.transpose([0, 2, 1, 3]);
const rotate = (x) => {
  const [a, b] = tf.split(x, 2, -1);
  return tf.concat([a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))], -1);
};

function attention(q, k, v) {
  const scores = tf
    .matMul(ahead(q), ahead(k), false, true)
    .mul(D ** -0.5)
    .add(mask);
  return ahead(tf.matMul(tf.softmax(scores), ahead(v))).reshape([B * T, width]);
}

function loss() {
  let x = tf.matMul(inputs, p['model.embeddings.weight']);
  for (let i = 0; i < layers; i++) {
    const w = (name) => p[`model.layers.${i}.${name}.weight`];
    const h = norm(x, w('attn_norm'));
    const [q, k] = ['q', 'k'].map((name) => rotate(inHeads(linear(h, w(`attn.${name}_proj`)))));
    const y = attention(q, k, inHeads(linear(h, w('attn.v_proj'))));
    x = x.add(linear(y, w('attn.o_proj')));
    const m = norm(x, w('mlp_norm'));
    x = x.add(linear(silu(linear(m, w('mlp.gate_proj'))).mul(linear(m, w('mlp.up_proj'))), w('mlp.down_proj')));
  }
  const logits = linear(norm(x, p['model.norm.weight']), p['lm_head.weight']);
  return tf
    .logSoftmax(logits)
    .mul(targets)
    .sum()
    .mul(-1 / count);
}

const { lr, beta1, beta2, eps, weightDecay } = adamw;
const moments = parameters.map(({ shape }) => [tf.variable(tf.zeros(shape)), tf.variable(tf.zeros(shape))]);
let updates = 0;

await serve(
  `tfjs-wasm ${versionOf('@tensorflow/tfjs')}, ${getThreadsCount() === 1 ? '1 thread' : `${getThreadsCount()} threads`}`,
  steps(async () => {
    updates++;
    const value = tf.tidy(() => {
      const { value, grads } = tf.variableGrads(loss, parameters);
      for (const [i, parameter] of parameters.entries()) {
        const g = grads[parameter.name];
        const [m, v] = moments[i];
        m.assign(m.mul(beta1).add(g.mul(1 - beta1)));
        v.assign(v.mul(beta2).add(g.square().mul(1 - beta2)));
        const move = m.div(1 - beta1 ** updates).div(
          v
            .div(1 - beta2 ** updates)
            .sqrt()
            .add(eps),
        );
        parameter.assign(parameter.mul(1 - lr * weightDecay).sub(move.mul(lr)));
      }
      return value;
    });
    const [at] = await value.data();
    value.dispose();
    return at;
  }),
);
