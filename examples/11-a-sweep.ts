// A sweep from a program: mixers alone and woven with softmax attention, each cell a run on disk, in one file of results.
import { device, known, planSweep, readSweepSpec } from 'twilljs';
import { sweep, trainCell } from 'twilljs/node';

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

const on = await device();
const { results, failures } = await sweep({
  directory: 'tiny-recall',
  spec,
  cells,
  // Here in this process; inProcesses(worker) gives each cell a process of its own.
  run: (job) => trainCell(job, known, { device: on }),
});
console.log(failures.size); // => 0
console.log(results?.cells.map(({ losses }) => losses.length)); // => [4, 4, 4, 4, 4]
console.log(Object.keys(results?.cells[0].recall ?? {})); // => ['1', '2', '4']
