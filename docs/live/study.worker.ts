// One cell of the study, trained anew as `pnpm start` does: its model, its rows, its settings and its measure come from the packages.
import {
  compose,
  countParams,
  device as deviceOf,
  initializer,
  known,
  measureTask,
  mixers,
  planSweep,
  readSweepSpec,
  sweepPresets,
  Trainer,
} from 'twilljs';
import type { Common } from './parts/use-worker.ts';

/** A mixer by its title; `pure`, or r where one layer in r is softmax attention. */
export type Asked = { readonly mixer: string; readonly ratio: string; readonly seed: number };
export type Told =
  | Common
  | { readonly kind: 'step'; readonly step: number; readonly steps: number; readonly loss: number }
  | { readonly kind: 'recall'; readonly recall: number };

const tell = (told: Told) => postMessage(told);
const [recall] = sweepPresets.small.grids;

async function train({ mixer, ratio, seed }: Asked): Promise<void> {
  const { name } = mixers.find(({ title }) => title === mixer)!;
  const grid = { ...recall, mixers: [name], ratios: [ratio], seeds: [seed] };
  const [{ config, training, data, asked }] = planSweep(readSweepSpec({ name: 'cell', grids: [grid] }, known), known);
  const { family } = asked;

  const device = await deviceOf({ name: 'wasm' }); // a graphics card rounds otherwise
  const init = initializer(seed, config.initializer_range as number);
  const model = await compose(config, { mixers, init }).to(device);
  const { reason } = device.report().threads!;
  tell({ kind: 'device', label: device.label, reason, parameters: countParams(model) });

  const source = family.batches(data, { seed, steps: training.steps });
  using trainer = new Trainer(model, training);
  const began = performance.now();
  for await (const { step, loss } of trainer.run(source)) tell({ kind: 'step', step, steps: training.steps, loss });
  const measured = await measureTask(model, family, family.probe(data, { seed: 0 }));
  tell({ kind: 'recall', recall: measured.hardest as number });
  tell({ kind: 'done', seconds: (performance.now() - began) / 1000 });
}

addEventListener('message', ({ data }: MessageEvent<Asked>) => {
  train(data).catch((error: Error) => tell({ kind: 'failed', message: error.message }));
});
