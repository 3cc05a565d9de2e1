// A sweep from a program: mixers alone and woven with softmax attention, each cell a run on disk, in one file of results.
import { device, evaluateTask, hybrid, initializer, known, mixers, mqar, planSweep, readSweepSpec, rng } from 'twilljs';
import { sweep, trainRun } from 'twilljs/node';

const heads = { num_heads: 2 };
const size = {
  name: 'tiny',
  model: { num_hidden_layers: 2, hidden_size: 16, intermediate_size: 16, bos_token_id: null, eos_token_id: null },
  attn: heads,
  mixers: { deltanet: heads, gla: heads, attention: heads },
};
const grid = {
  task: 'recall',
  mixers: ['deltanet', 'gla', 'attention'],
  ratios: ['pure', '2'],
  sizes: [size],
  training: { steps: 4 },
  data: { length: 16, pairs: 4, vocab: 16, batch: 4 },
};
const spec = readSweepSpec({ name: 'tiny-recall', grids: [grid] }, known);

// What each cell is and costs, before anything is allocated: the state of softmax layers grows with the context.
const cells = planSweep(spec, known);
console.log(cells.map(({ title }) => title)); // => ['DeltaNet', 'DeltaNet, 1 in 2 full', 'GLA', 'GLA, 1 in 2 full', 'Transformer']
console.log(cells.map(({ stateBytes }) => stateBytes[32768] > stateBytes[1024])); // => [false, true, false, true, true]

const { results, failures } = await sweep({
  directory: 'tiny-recall',
  spec,
  cells,
  corpus: null,
  jobs: 1,
  signal: new AbortController().signal,
  // Here in this process; `twill sweep` gives each cell a process of its own.
  async run({ config, data, training, seed }, directory, signal) {
    const task = mqar({ ...data, steps: training.steps, source: rng(seed).fork('data') });
    await trainRun({
      ...{ directory, training, seed, signal, source: task, data: { task: 'mqar' }, command: [], resume: true },
      model: await hybrid(config, { mixers, init: initializer(seed, 0.1) }).to(await device()),
      validation: {
        every: training.steps,
        async measure(model) {
          const found = await evaluateTask(model, mqar({ ...data, source: rng(0) }), { rows: 16 });
          return { accuracy: found.map(({ difficulty, accuracy }) => ({ difficulty, mean: accuracy.mean })) };
        },
      },
    });
  },
});
console.log(failures.size); // => 0
console.log(results?.cells.map(({ losses }) => losses.length)); // => [4, 4, 4, 4, 4]
console.log(Object.keys(results?.cells[0].recall ?? {})); // => ['1', '2', '4']
