// A small sweep, what trains it in this process, and the program of a worker that begins a cell and never ends it.
import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planSweep, readSweepSpec } from '@twilljs/sweep';
import { type CellJob, trainCell } from '@twilljs/sweep/node';
import { cpu } from '@twilljs/tensor';
import { known } from 'twilljs';
import { deviceWord } from './node.ts';

const size = {
  name: 'tiny',
  model: { num_hidden_layers: 1, hidden_size: 8, intermediate_size: 8 },
  attn: { num_heads: 2 },
};
const grid = {
  ...{ task: 'recall', mixers: ['attention'], sizes: [size], seeds: [1, 2, 3, 4, 5, 6] },
  ...{ training: { steps: 24 }, data: { length: 16, pairs: 2, batch: 2 } },
};

export const spec = readSweepSpec({ name: 'six', grids: [grid] }, known);
export const cells = planSweep(spec, known);

export const home = (): string => realpathSync(mkdtempSync(join(tmpdir(), 'twill-queue-')));

/** Without the directory. */
export const place = { cells, text: null, modules: [], device: { name: 'cpu', word: deviceWord(cpu()) } };

export const train = (job: CellJob, signal: AbortSignal) => trainCell(job, known, { device: cpu(), signal });
