// A training step, recorded and eager beside each other: what the host adds to the kernels, and the memory. `pnpm bench step`.

import { type WasmOptions, wasm } from '@twilljs/wasm';
import { Trainer } from 'twilljs';
import { report } from './measure.ts';
import { batchOf, kernels, modelOn, modelTypes } from './step-models.ts';

const STEPS = 40;
/** Before anything is timed: two steps are recorded, and the engine compiles what it sees often. */
const WARM = 6;

/** A device whose walks are timed, and whose memory is looked at whenever something runs. */
async function observed(eager: boolean) {
  const seen = { seconds: 0, launches: 0, peak: 0, idle: false };
  const walk: NonNullable<WasmOptions['walk']> = (functions, list, at, count, scratch) => {
    seen.peak = Math.max(seen.peak, device.bytesInUse);
    const start = performance.now();
    for (let end = at + 4 * count; at < end; at += 4) {
      const units = seen.idle ? 0 : list[at + 1];
      if (units > 0 || seen.idle) functions[list[at]](0, units, list[at + 2], scratch);
    }
    seen.seconds += (performance.now() - start) / 1000;
    seen.launches += count;
  };
  const device = await wasm({ kernels, eager, walk });
  return { device, seen };
}

/** Seconds of a step, and of those outside of kernels. */
interface Taken {
  readonly whole: number;
  readonly host: number;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];

for (const model_type of modelTypes) {
  const runs = await Promise.all(
    [false, true].map(async (eager) => {
      const { device, seen } = await observed(eager);
      const model = await modelOn(device, model_type);
      const trainer = new Trainer(model, { steps: 10 * STEPS, lr: 1e-3 });
      const taken: Taken[] = [];
      const step = async (n: number) => {
        Object.assign(seen, { seconds: 0, launches: 0 });
        const start = performance.now();
        await trainer.train(batchOf(n));
        const whole = (performance.now() - start) / 1000;
        return { whole, host: whole - seen.seconds };
      };
      for (let n = 0; n < WARM; n++) await step(n);
      seen.peak = 0;
      return { seen, trainer, taken, step };
    }),
  );
  for (let n = 0; n < STEPS; n++) for (const run of runs) run.taken.push(await run.step(n));
  const [recorded, eager] = runs.map(({ taken, seen }) => ({
    whole: median(taken.map(({ whole }) => whole)),
    host: median(taken.map(({ host }) => host)),
    peak: seen.peak,
  }));
  const [{ trainer, seen, step }] = runs;
  const { launches, workspaceBytes } = trainer.inspect();
  const tell = (name: string, value: number, unit: string, floor?: number) =>
    report({
      benchmark: 'step',
      case: `${model_type}, ${name}`,
      value,
      unit,
      ...(floor !== undefined && { ratio: value / floor, floor: 'eager' }),
    });
  tell('a step', recorded.whole * 1000, 'ms', eager.whole * 1000);
  tell('launches', launches, '');
  tell('host per launch', (recorded.host / launches) * 1e6, 'us', (eager.host / launches) * 1e6);
  tell('host of the step', (100 * recorded.host) / recorded.whole, '%');
  tell('workspace', workspaceBytes / 1e6, 'MB');
  tell('most memory', recorded.peak / 1e6, 'MB', eager.peak / 1e6);
  // The list of the same launches with no units: what the walk itself costs.
  seen.idle = true;
  await step(STEPS);
  const walks: number[] = [];
  for (let n = 0; n < STEPS; n++) {
    await step(n);
    walks.push(seen.seconds / seen.launches);
  }
  tell('walk per launch', median(walks) * 1e6, 'us');
}
