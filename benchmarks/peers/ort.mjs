// The forward of a Transformer in onnxruntime-web, of an ONNX file as an exporter writes it: plain operators, weights transposed.
import * as ort from 'onnxruntime-web';
import { Graph } from './onnx.mjs';
import { batch, config, job, rotary, serve, versionOf, weights } from './side.mjs';

const { B, T, ids, labels } = batch();
const { hidden_size: width, num_heads: heads, num_hidden_layers: layers, vocab_size: vocabulary } = config;
const D = width / heads;
const w = weights();
const graph = new Graph();

function transposed({ data, shape: [rows, columns] }) {
  const out = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j];
  return graph.constant(out, [columns, rows]);
}
const constant = ({ data, shape }) => graph.constant(data, shape);
const linear = (x, name) => graph.node('MatMul', [x, transposed(w[`${name}.weight`])]);
const [eps, two, scale] = [config.norm_eps, 2, D ** -0.5].map((x) => graph.scalar(x));
const [last, inHeads, flat] = [graph.whole(-1), graph.whole(B, T, heads, D), graph.whole(B, T, width)];
const mul = (a, b) => graph.node('Mul', [a, b]);
const add = (a, b) => graph.node('Add', [a, b]);

function norm(x, name) {
  const mean = graph.node('ReduceMean', [graph.node('Pow', [x, two]), last], { keepdims: 1 });
  const scaled = graph.node('Div', [x, graph.node('Sqrt', [add(mean, eps)])]);
  return mul(scaled, constant(w[`${name}.weight`]));
}
const [cos, sin] = rotary(T, D).map((table) => graph.constant(table, [1, T, 1, D / 2]));
const [zero, half, whole, axis] = [0, D / 2, D, 3].map((n) => graph.whole(n));
function rotate(x) {
  const [a, b] = [
    [zero, half],
    [half, whole],
  ].map(([from, to]) => graph.node('Slice', [x, from, to, axis]));
  const parts = [graph.node('Sub', [mul(a, cos), mul(b, sin)]), add(mul(b, cos), mul(a, sin))];
  return graph.node('Concat', parts, { axis: -1 });
}
const mask = graph.constant(
  Float32Array.from({ length: T * T }, (_, i) => (i % T > Math.floor(i / T) ? -1e30 : 0)),
  [T, T],
);
function attention(x, name) {
  const [q, k, v] = ['q', 'k', 'v'].map((of) => graph.node('Reshape', [linear(x, `${name}.${of}_proj`), inHeads]));
  const ahead = (y, perm = [0, 2, 1, 3]) => graph.node('Transpose', [y], { perm });
  const scores = add(mul(graph.node('MatMul', [ahead(rotate(q)), ahead(rotate(k), [0, 2, 3, 1])]), scale), mask);
  const read = graph.node('MatMul', [graph.node('Softmax', [scores], { axis: -1 }), ahead(v)]);
  return linear(graph.node('Reshape', [ahead(read), flat]), `${name}.o_proj`);
}

let x = graph.node('Gather', [constant(w['model.embeddings.weight']), 'ids']);
for (let i = 0; i < layers; i++) {
  const name = `model.layers.${i}`;
  x = add(x, attention(norm(x, `${name}.attn_norm`), `${name}.attn`));
  const h = norm(x, `${name}.mlp_norm`);
  const gate = linear(h, `${name}.mlp.gate_proj`);
  x = add(
    x,
    linear(mul(mul(gate, graph.node('Sigmoid', [gate])), linear(h, `${name}.mlp.up_proj`)), `${name}.mlp.down_proj`),
  );
}
const logits = linear(norm(x, 'model.norm'), 'lm_head');

ort.env.wasm.numThreads = job.threads;
const file = graph.file('ids', [B, T], logits, [B, T, vocabulary]);
const session = await ort.InferenceSession.create(file, {
  executionProviders: ['wasm'],
  graphOptimizationLevel: 'all',
});
const feeds = { ids: new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [B, T]) };

/** The mean loss over the labels. */
function lossOf(values) {
  let [sum, count] = [0, 0];
  for (const [i, label] of labels.entries()) {
    if (label < 0) continue;
    const row = values.subarray(i * vocabulary, (i + 1) * vocabulary);
    sum += Math.log(row.reduce((all, y) => all + Math.exp(y), 0)) - row[label];
    count++;
  }
  return sum / count;
}

await serve(`onnxruntime-web ${versionOf('onnxruntime-web')}, ${job.threads} threads`, async ({ steps }) => {
  const [ms, losses] = [[], []];
  for (let n = 0; n < steps; n++) {
    const start = performance.now();
    const { [logits]: out } = await session.run(feeds);
    ms.push(performance.now() - start);
    losses.push(lossOf(out.data));
  }
  return { ms, losses };
});
