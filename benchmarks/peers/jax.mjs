// Training steps of a Transformer in jax-js: one jitted function from parameters and moments to the next ones.
import { resolveObjectURL } from 'node:buffer';
import { Worker as Thread } from 'node:worker_threads';
import { adamw, batch, config, job, oneHot, rotary, serve, steps, versionOf, weights } from './side.mjs';

/** jax-js runs its kernels in Web Workers where there are any: Node's threads in their form. */
class WebWorker {
  onmessage = null;
  onerror = null;
  #thread;
  constructor(url) {
    this.#thread = resolveObjectURL(url)
      .text()
      .then((source) => {
        const head = `const { parentPort } = require('node:worker_threads'); globalThis.self = globalThis;
          globalThis.postMessage = (data) => parentPort.postMessage(data); parentPort.on('message', (data) => self.onmessage({ data }));`;
        const thread = new Thread(`${head}\n${source}`, { eval: true });
        thread.on('message', (data) => this.onmessage?.({ data }));
        thread.on('error', (error) => this.onerror?.(error));
        thread.unref();
        return thread;
      });
  }
  postMessage(data) {
    this.#thread = this.#thread.then((thread) => {
      thread.postMessage(data);
      return thread;
    });
  }
}

if (job.threads > 1) {
  globalThis.Worker = WebWorker;
  Object.defineProperty(globalThis, 'navigator', { value: { hardwareConcurrency: job.threads }, configurable: true });
}
const { blockUntilReady, defaultDevice, init, jit, nn, numpy: np, tree, valueAndGrad } = await import('@jax-js/jax');
await init('wasm');
defaultDevice('wasm');

const { B, T, ids, labels } = batch();
const { hidden_size: width, num_heads: heads, num_hidden_layers: layers, vocab_size: vocabulary } = config;
const D = width / heads;
const eps = config.norm_eps;
const count = labels.filter((id) => id >= 0).length;
const make = (data, shape) => np.array(data).reshape(shape);
const inputs = make(oneHot(ids, vocabulary), [B * T, vocabulary]);
const targets = make(oneHot(labels, vocabulary), [B * T, vocabulary]);
const [cos, sin] = rotary(T, D).map((table) => make(table, [1, T, 1, D / 2]));

const linear = (x, w) => np.matmul(x, np.transpose(w));
const norm = (x, w) => {
  const scale = np.mean(np.square(x.ref), -1, { keepdims: true }).add(eps);
  return x.div(np.sqrt(scale)).mul(w);
};
const rotate = (x) => {
  const [a, b] = np.split(x, 2, -1);
  return np.concatenate([a.ref.mul(cos.ref).sub(b.ref.mul(sin.ref)), b.mul(cos.ref).add(a.mul(sin.ref))], -1);
};
const inHeads = (x) => x.reshape([B, T, heads, D]);
const ahead = (x) => np.transpose(x, [0, 2, 1, 3]); // [B,H,T,D]
const mask = np.triu(np.full([T, T], -1e30), 1);

/** Softmax attention by matmul: dotProductAttention needs a newer engine than Node 20 has. */
function attention(q, k, v) {
  const scores = np
    .matmul(ahead(q), np.transpose(k, [0, 2, 3, 1]))
    .mul(D ** -0.5)
    .add(mask.ref);
  return ahead(np.matmul(nn.softmax(scores, -1), ahead(v))).reshape([B * T, width]);
}

function lossOf(p) {
  let x = np.matmul(inputs.ref, p['model.embeddings.weight']);
  for (let i = 0; i < layers; i++) {
    const w = (name) => p[`model.layers.${i}.${name}.weight`];
    const h = norm(x.ref, w('attn_norm'));
    const [q, k] = ['q', 'k'].map((name) => rotate(inHeads(linear(h.ref, w(`attn.${name}_proj`)))));
    const v = inHeads(linear(h, w('attn.v_proj')));
    x = x.add(linear(attention(q, k, v), w('attn.o_proj')));
    const m = norm(x.ref, w('mlp_norm'));
    const gated = nn.silu(linear(m.ref, w('mlp.gate_proj'))).mul(linear(m, w('mlp.up_proj')));
    x = x.add(linear(gated, w('mlp.down_proj')));
  }
  const logits = linear(norm(x, p['model.norm.weight']), p['lm_head.weight']);
  return np.sum(nn.logSoftmax(logits, -1).mul(targets.ref)).mul(-1 / count);
}

const { lr, beta1, beta2, weightDecay } = adamw;
const step = jit((p, m, v, corrections) => {
  const [loss, gradients] = valueAndGrad(lossOf)(tree.ref(p));
  const [parameters, first, second] = [{}, {}, {}];
  const [c1, c2] = np.split(corrections, 2);
  for (const name of Object.keys(p)) {
    const g = gradients[name];
    const m1 = m[name].mul(beta1).add(g.ref.mul(1 - beta1));
    const v1 = v[name].mul(beta2).add(np.square(g).mul(1 - beta2));
    const move = m1.ref.mul(c1.ref).div(np.sqrt(v1.ref.mul(c2.ref)).add(adamw.eps));
    parameters[name] = p[name].mul(1 - lr * weightDecay).sub(move.mul(lr));
    [first[name], second[name]] = [m1, v1];
  }
  c1.dispose();
  c2.dispose();
  return [loss, parameters, first, second];
});

let parameters = Object.fromEntries(
  Object.entries(weights()).map(([name, { data, shape }]) => [name, make(data, shape)]),
);
let [first, second] = [0, 0].map(() =>
  Object.fromEntries(Object.entries(parameters).map(([name, p]) => [name, np.zeros(p.shape)])),
);
let updates = 0;

await serve(
  `jax-js ${versionOf('@jax-js/jax')}, ${job.threads} threads`,
  steps(async () => {
    updates++;
    const corrections = np.array(new Float32Array([1 / (1 - beta1 ** updates), 1 / (1 - beta2 ** updates)]));
    let loss;
    [loss, parameters, first, second] = step(parameters, first, second, corrections);
    const [value] = await loss.data();
    // What is left of the step is computed here, not in the next one.
    await blockUntilReady(parameters);
    return value;
  }),
);
