// Training: one softmax layer of two, on associative recall with four pairs.
import { device, evaluateTask, hybrid, initializer, mixers, mqar, rng, Trainer } from 'twilljs';

const steps = 150;
const config = {
  model_type: 'delta_net',
  hidden_size: 32,
  num_heads: 2,
  num_hidden_layers: 2,
  ratio: '1:1',
  intermediate_size: 64,
  vocab_size: 32,
  initializer_range: 0.05,
};
const model = hybrid(config, { mixers, init: initializer(1, config.initializer_range) });
await model.to(await device());

// k1 v1 ... k4 v4, then queries with their answers; the pairs grow from two to four along the run.
const source = mqar({ length: 24, vocab: 32, pairs: 4, batch: 32, steps, source: rng(1) });
const trainer = new Trainer(model, { steps, lr: 1e-2, weightDecay: 0.01 });
const losses: number[] = [];
for await (const { loss } of trainer.run(source)) losses.push(loss);
console.log(losses[0] > 3); // => true

// The fixed exercises of the task: fresh rows, the same for every model.
const [four] = await evaluateTask(model, source, { difficulties: [4], rows: 64 });
console.log(four.chance); // => 0.0625
console.log(four.accuracy.mean > 0.9); // => true
