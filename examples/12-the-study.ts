// The whole study as a program: what `twill sweep --preset small` and `twill report` do, to the same bytes.
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { known, planSweep, readSweepSpec, study, sweepPresets } from 'twilljs';
import { inProcesses, mobyDick, readSweepText, sweep, worker, writeReport } from 'twilljs/node';

// STUDY=small takes some six minutes on two cores; what stands here takes seconds, and has the same form.
const heads = { num_heads: 2 };
const size = {
  name: 'tiny',
  model: { num_hidden_layers: 2, hidden_size: 16 },
  attn: heads,
  mixers: { deltanet: heads },
};
const compared = { mixers: ['deltanet', 'attention'], ratios: ['1:1'], sizes: [size], training: { steps: 4 } };
const tiny = {
  name: 'tiny',
  grids: [
    { ...compared, task: 'recall', data: { length: 16, pairs: 4, batch: 2 } },
    { ...compared, task: 'language', data: { length: 32, batch: 2 } },
  ],
};
const spec = readSweepSpec(process.env.STUDY === 'small' ? sweepPresets.small : tiny, known);

const directory = `runs/${spec.name}`;
const cells = planSweep(spec, known);
const text = await readSweepText(cells, mobyDick);
const { failures } = await sweep({
  directory,
  spec,
  cells,
  text,
  jobs: availableParallelism(),
  run: inProcesses(worker),
});
const { page } = await writeReport([directory], study);

console.log(cells.length, failures.size); // => 4 0
console.log(page, existsSync(page)); // => runs/tiny/report.html true
