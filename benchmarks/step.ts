// A training step, recorded and eager beside each other: what the host adds to the kernels, and the memory. `pnpm bench step`.

import type { LanguageModel } from '@twilljs/hybrid';
import { assign, compile, grad, keep, scope, tensor, untracked, zeros } from '@twilljs/tensor';
import { Trainer, trainable } from '@twilljs/train';
import { type WasmOptions, wasm } from '@twilljs/wasm';
import { report } from './measure.ts';
import { batchOf, kernels, modelOn, modelTypes } from './step-models.ts';

const STEPS = 30;
/** Before anything is timed: two steps are recorded, and the engine compiles what it sees often. */
const WARM = 6;

/** A device whose walks are timed, and whose memory is looked at whenever something runs. */
async function observed(eager: boolean) {
  const seen = { seconds: 0, peak: 0, idle: false, watched: true };
  const walk: NonNullable<WasmOptions['walk']> = (functions, list, at, count, scratch) => {
    if (seen.watched) seen.peak = Math.max(seen.peak, device.bytesInUse);
    const start = performance.now();
    for (let end = at + 4 * count; at < end; at += 4) {
      const units = seen.idle ? 0 : list[at + 1];
      if (units > 0 || seen.idle) functions[list[at]](0, units, list[at + 2], scratch);
    }
    seen.seconds += (performance.now() - start) / 1000;
  };
  const device = await wasm({ kernels, eager, walk });
  return { device, seen };
}

/** Seconds of a step, and of those outside of kernels. */
interface Taken {
  readonly whole: number;
  readonly host: number;
}

for (const model_type of modelTypes) {
  const runs = await Promise.all(
    [false, true].map(async (eager) => {
      const { device, seen } = await observed(eager);
      const model = await modelOn(device, model_type);
      const trainer = new Trainer(model, { steps: 2 * STEPS, lr: 1e-3 });
      const train = (n: number) => taken(seen, () => trainer.train(batchOf(n)));
      for (let n = 0; n < WARM; n++) await train(n);
      seen.peak = 0;
      await train(WARM);
      seen.watched = false;
      return { seen, model, trainer, train, steps: [] as Taken[] };
    }),
  );
  for (let n = 0; n < STEPS; n++) for (const run of runs) run.steps.push(await run.train(n));
  const [recorded, eager] = runs.map(({ steps, seen }) => ({ ...middle(steps), peak: seen.peak }));
  const [{ model, trainer, seen }] = runs;
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
  tell('host of a step', recorded.host * 1e6, 'us', eager.host * 1e6);
  tell('share of the host', (100 * recorded.host) / recorded.whole, '%');
  tell('workspace', workspaceBytes / 1e6, 'MB');
  tell('most memory', recorded.peak / 1e6, 'MB', eager.peak / 1e6);
  const step = stepOf(model);
  for (let n = 0; n < WARM; n++) scope(() => void step());
  const count = step.inspect().launches;
  const replays = (times: number) => Array.from({ length: times }, () => timed(seen, () => scope(() => void step())));
  // The same launches with no units: what the walk itself costs, and the host where no kernel has emptied the caches. First, so that
  // the engine has compiled the host's part, as it has after some hundreds of steps.
  seen.idle = true;
  const idle = replays(50 * STEPS);
  seen.idle = false;
  const { host } = middle(replays(STEPS));
  tell('host of a replay', host * 1e6, 'us');
  tell('host of a replay per launch', (host / count) * 1e6, 'us');
  tell('host of a replay per launch, without units', (middle(idle).host / count) * 1e6, 'us');
  tell('walk per launch', (median(idle.map(({ whole, host }) => whole - host)) / count) * 1e6, 'us');
}

/** A step as the trainer records it, forward to gradient: nothing is returned, the loss has a place of its own. */
function stepOf(model: LanguageModel) {
  const { arena, device } = model;
  const { inputs, labels, B, T } = batchOf(0);
  const ids = keep([inputs, labels].map((values) => tensor(values, [B, T], { device })));
  const gradient = keep(trainable(arena).gradient());
  const result = keep(zeros([], { device }));
  return compile(device, () => {
    const loss = model.loss(ids[0], ids[1]);
    const gradients = grad(loss, arena.tensors);
    untracked(() => {
      gradients.forEach((g, i) => void assign(gradient.tensors[i], g));
      assign(result, loss);
    });
  });
}

async function taken(seen: { seconds: number }, body: () => Promise<unknown>): Promise<Taken> {
  seen.seconds = 0;
  const start = performance.now();
  await body();
  const whole = (performance.now() - start) / 1000;
  return { whole, host: whole - seen.seconds };
}

function timed(seen: { seconds: number }, body: () => void): Taken {
  seen.seconds = 0;
  const start = performance.now();
  body();
  const whole = (performance.now() - start) / 1000;
  return { whole, host: whole - seen.seconds };
}

function middle(steps: readonly Taken[]): Taken {
  return { whole: median(steps.map(({ whole }) => whole)), host: median(steps.map(({ host }) => host)) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
