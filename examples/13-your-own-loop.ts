// A training loop of your own: your loss, what lies between, a step that is recorded once, and an optimiser that is put away.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import {
  adamw,
  assign,
  clipFactor,
  compile,
  crossEntropy,
  device,
  grad,
  hybrid,
  initializer,
  keep,
  logSumExp,
  mixers,
  mqar,
  oneHot,
  release,
  rng,
  scope,
  type Tensor,
  trainable,
  untracked,
  write,
  zeros,
} from 'twilljs';

const [B, T, N] = [8, 32, 16];
const config = {
  model_type: 'gated_deltanet',
  hidden_size: 32,
  num_heads: 1,
  head_dim: 32,
  expand_v: 1,
  num_hidden_layers: 2,
  intermediate_size: 64,
  vocab_size: N,
};
const model = await hybrid(config, { mixers, init: initializer(1, 0.05) }).to(await device());
const { arena } = model;
const source = mqar({ length: T, vocab: N, pairs: 2, batch: B, source: rng(1) });

// A loss of your own: cross-entropy, and the square of log Z, which keeps logits small.
function myLoss(ids: Tensor, labels: Tensor): Tensor {
  const logits = model.forward(ids); // [B,T,N]
  const logZ = logSumExp(logits); // [B,T]
  return crossEntropy(logits, labels).add(logZ.mul(logZ).mean().mul(1e-4));
}

// A step of your own. What changes from call to call is a tensor: ids and labels are written where the recording reads them.
const trained = trainable(arena);
const adam = adamw({ weightDecay: 0.01 }).for(trained);
const { device: on } = model;
const [ids, labels] = [0, 1].map(() => zeros([B, T], { device: on, dtype: 'i32' }));
const gradient = keep(trained.gradient());
const step = compile(on, (ids: Tensor, labels: Tensor) => {
  const loss = myLoss(ids, labels);
  const gradients = grad(loss, trained.tensors);
  return untracked(() => {
    for (const [i, g] of gradients.entries()) assign(gradient.tensors[i], g);
    const { norm, factor } = clipFactor(gradient.flat, 1, { loss });
    adam.apply(gradient.flat, factor); // does nothing where loss or norm is not finite
    return { loss, norm };
  });
});

async function train(from: number, to: number): Promise<number> {
  let last = 0;
  for (let s = from; s < to; s++) {
    const batch = source.batch(s);
    write(ids, batch.inputs);
    write(labels, batch.labels);
    adam.prepare(0.01); // learning rate and bias corrections of the next update
    const { loss, norm } = step(ids, labels);
    last = await loss.item();
    if (!Number.isFinite(last) || !Number.isFinite(await norm.item())) adam.skipped();
    release([loss, norm]); // what a step returns is new at each call
  }
  return last;
}
const first = await train(0, 1);
await train(1, 60);
console.log(step.inspect().ops.length > 50); // => true

// The optimiser is put away, and goes on to the same bits.
mkdirSync('runs', { recursive: true });
writeFileSync('runs/adam', serialize({ ...(await adam.state()), weights: await arena.flat.data() }));
const loss = await train(60, 70);
const { weights, ...state } = deserialize(readFileSync('runs/adam'));
adam.load(state);
write(arena.flat, weights);
console.log(adam.updates, (await train(60, 70)) === loss, loss < first); // => 60 true true

// Hidden states, and what each of them has to do with the loss: a gradient with respect to what lies between.
const [B1, T1] = [1, 8];
const prompt = { data: Int32Array.of(1, 9, 2, 10, 3, 11, 1, 9), shape: [B1, T1] as const };
const saliency = scope(() => {
  const [between, last] = model.hidden(prompt); // [B,T,D] after each block
  const logits = model.lm_head!.forward(model.model.norm.forward(last));
  const [slope] = grad(
    logits
      .slice(1, T1 - 1, T1)
      .max(-1)
      .sum(),
    [between],
  );
  return slope.mul(slope).sum(-1).sqrt(); // [B,T]
});
console.log(saliency.shape); // => [1, 8]

// The log-probability of every token, given those before it.
const logProbabilities = untracked(() =>
  scope(() => {
    const logits = model.forward(prompt).slice(1, 0, T1 - 1); // [B,T-1,N]
    const next = zeros([B1, T1 - 1], { device: on, dtype: 'i32' });
    write(next, prompt.data.subarray(1));
    return logits.mul(oneHot(next, N)).sum(-1).sub(logSumExp(logits));
  }),
);
console.log((await logProbabilities.data()).filter((x) => x < 0).length); // => 7
