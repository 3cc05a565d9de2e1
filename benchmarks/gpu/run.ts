// What a graphics card makes of Twill: is it right, and how fast is it. Parts run alone, and a table ends it; benchmarks/README.md has the
// commands. Bundled by pack.ts for machines that have nothing but a card.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkDevice } from '@twilljs/parity';
import { isWithin, replayGoldens } from '@twilljs/parity/node';
import { grad, keep, ones, parameter, release, scope, type Tensor, tensor } from '@twilljs/tensor';
import type { WebGpuDevice } from '@twilljs/webgpu';
import {
  configOf,
  device,
  hybrid,
  initializer,
  type LanguageModel,
  mixers,
  modelSizes,
  rng,
  scalarDelta,
  Trainer,
} from 'twilljs';

const { values: flags } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    parts: { type: 'string', default: 'check,goldens,gemm,delta,train,decode' },
    golden: { type: 'string', default: 'golden' },
    python: { type: 'string', default: '' },
    torch: { type: 'string', default: join(import.meta.dirname, 'torch_gpu.py') },
    small: { type: 'boolean', default: false },
  },
});
const { small } = flags;
const random = (shape: number[], on: WebGpuDevice, scale = 1): Tensor =>
  tensor(
    rng(shape.length)
      .normal(shape.reduce((a, b) => a * b, 1))
      .map((x) => scale * x),
    shape,
    { device: on },
  );

interface Row {
  readonly part: string;
  readonly what: string;
  readonly value: string;
  /** Beside PyTorch on the same card: how many times as fast. */
  readonly ratio: string;
}
const rows: Row[] = [];
function add(part: string, what: string, value: string, ratio = ''): void {
  rows.push({ part, what, value, ratio });
  console.log(`${part.padEnd(10)}${what.padEnd(58)}${value.padEnd(24)}${ratio}`);
}

/** What must hold: the program ends with an error where it does not. */
function judge(part: string, what: string, holds: boolean, how: string): void {
  add(part, what, `${holds ? 'yes' : 'FAILED'}${how && `: ${how}`}`);
  if (!holds) process.exitCode = 1;
}

/** What PyTorch reaches, per second; null where there is none. */
function torch(part: string, ...sizes: number[]): number | null {
  if (flags.python === '') return null;
  const answer = execFileSync(flags.python, [flags.torch, part, ...sizes.map(String)], { encoding: 'utf8' });
  return Number(answer.trim().split('\n').at(-1));
}

/** Runs per second, the fastest of some rounds of `count`. */
async function rate(on: WebGpuDevice, count: number, run: () => void): Promise<number> {
  const round = async () => {
    const began = performance.now();
    for (let i = 0; i < count; i++) scope(run);
    await on.synchronize();
    return (1000 * count) / (performance.now() - began);
  };
  scope(run);
  await on.synchronize();
  let best = 0;
  for (let i = 0; i < 4; i++) best = Math.max(best, await round());
  return best;
}

/** A number with its unit, and the ratio to PyTorch's. */
function compared(part: string, what: string, own: number, unit: string, peer: number | null): void {
  add(part, what, `${own.toPrecision(3)} ${unit}`, peer === null ? '' : `${(own / peer).toFixed(2)} x PyTorch`);
}

const model340M = async (on: WebGpuDevice): Promise<LanguageModel> => {
  const size = modelSizes[small ? 'language' : '340M'];
  return hybrid(configOf(size, 'gated-deltanet', '3'), { mixers, init: initializer(1, 0.02) }).to(on);
};

const parts: Record<string, (on: WebGpuDevice) => Promise<void>> = {
  async check(on) {
    const { ok, lossError, gradientError, definitions } = await checkDevice(on, mixers, 0);
    const how = `loss ${lossError.toExponential(1)}, gradients ${gradientError.toExponential(1)}`;
    judge('check', 'a training step of every mixer against f64', ok, how);
    judge('check', 'no op took its definition', definitions.length === 0, definitions.map(({ op }) => op).join(', '));
  },
  async goldens(on) {
    const outcome = await replayGoldens([flags.golden], { mixers, device: on, label: on.label, observe: () => {} });
    judge('goldens', 'all files within their tolerances', isWithin(outcome), '');
  },
  async gemm(on) {
    const n = small ? 256 : 4096;
    const [a, b] = [random([n, n], on), random([n, n], on)];
    const perSecond = await rate(on, 4, () => void a.matmul(b));
    const peer = torch('gemm', n);
    compared('gemm', `f32 ${n}^3`, (perSecond * 2 * n ** 3) / 1e9, 'GFLOP/s', peer && (peer * 2 * n ** 3) / 1e9);
    release([a, b]);
  },
  async delta(on) {
    const [B, T, H, D] = small ? [1, 128, 2, 32] : [8, 4096, 8, 128];
    const unit = (t: Tensor) => parameter(keep(scope(() => t.mul(D ** -0.5))));
    const [q, k] = [1, 2].map(() => unit(random([B, T, H, D], on)));
    const v = parameter(random([B, T, H, D], on));
    const [g, beta] = [-0.05, 0.5].map((value) =>
      parameter(keep(scope(() => ones([B, T, H], { device: on }).mul(value)))),
    );
    const wrt = [q, k, v, g, beta];
    const perSecond = await rate(on, 1, () => {
      const { y } = scalarDelta(q, k, v, g, beta, null, { scale: D ** -0.5 });
      grad(y.sum(), wrt);
    });
    const peer = torch('delta', B, T, H, D);
    compared(
      'delta',
      `gated delta rule, forward and backward, ${[B, T, H, D].join(' x ')}`,
      perSecond,
      'per second',
      peer,
    );
    release(wrt);
  },
  async train(on) {
    const [B, T, steps] = small ? [2, 64, 5] : [4, 1024, 8];
    using model = await model340M(on);
    using trainer = new Trainer(model, { steps, lr: 1e-4 });
    const ids = rng(2).ints(B * T, model.config.model.vocab_size);
    const speeds: number[] = [];
    for (let step = 0; step < steps; step++) {
      speeds.push((await trainer.train({ inputs: ids, labels: ids, B, T })).tokensPerSecond);
    }
    const { count, ms } = on.pipelines;
    add('train', 'pipelines, and the time to make them', `${count}, ${(ms / 1000).toFixed(1)} s`);
    const peer = small ? null : torch('train', B, T);
    compared(
      'train',
      `${small ? 'small' : '340M'} Gated DeltaNet 3:1, ${B} x ${T}`,
      Math.max(...speeds.slice(3)),
      'tokens/s',
      peer,
    );
  },
  async profile(on) {
    const [B, T] = small ? [2, 64] : [4, 1024];
    using model = await model340M(on);
    using trainer = new Trainer(model, { steps: 4, lr: 1e-4 });
    const ids = rng(2).ints(B * T, model.config.model.vocab_size);
    const step = () => trainer.train({ inputs: ids, labels: ids, B, T });
    for (let n = 0; n < 3; n++) await step();
    const times = await on.profile(step);
    const all = times.reduce((sum, { ms }) => sum + ms, 0);
    for (const { kernel, launches, ms } of times.slice(0, 20)) {
      add('profile', `${kernel} x ${launches}`, `${ms.toFixed(2)} ms`, `${((100 * ms) / all).toFixed(1)} %`);
    }
  },
  async decode(on) {
    using model = await model340M(on);
    using cache = model.cache(1);
    const one = async (id: number) => {
      const read = keep(scope(() => model.choose([[id]], cache)));
      const [next] = await read.ids.data();
      release(read);
      return next;
    };
    let id = 1;
    for (let i = 0; i < 8; i++) id = Math.max(0, await one(id));
    const [count, began] = [small ? 16 : 128, performance.now()];
    for (let i = 0; i < count; i++) id = Math.max(0, await one(id));
    const own = (1000 * count) / (performance.now() - began);
    compared(
      'decode',
      `${small ? 'small' : '340M'} Gated DeltaNet 3:1, one token after the other`,
      own,
      'tokens/s',
      null,
    );
  },
};

const names = flags.parts.split(',');
const unknown = names.find((name) => !Object.hasOwn(parts, name));
if (flags.help) {
  console.log(`Checks and measures Twill on this machine's graphics card, with a table at the end.

  --parts NAME,...  of ${Object.keys(parts).join(', ')} (default: all but profile)
  --python FILE     a Python with PyTorch and CUDA, to measure beside gemm, delta and train
  --small           small sizes, to try it on a software adapter
  --golden FOLDER   where the golden files are
  --torch FILE      the program for PyTorch (default: the one beside this file)`);
  process.exit();
}
if (unknown !== undefined) {
  console.error(`there is no part ${unknown}; choose from ${Object.keys(parts).join(', ')}.`);
  process.exit(2);
}
const on = await device({ name: 'webgpu' }).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
console.log(`${on.label}, Node ${process.versions.node}\n`);
const began = performance.now();
for (const name of names) {
  try {
    await parts[name](on);
  } catch (error) {
    add(name, 'FAILED', (error as Error).message);
    process.exitCode = 1;
  }
}
console.log(`\n| part | what | ${on.label} | beside PyTorch |\n|---|---|---|---|`);
for (const { part, what, value, ratio } of rows) console.log(`| ${part} | ${what} | ${value} | ${ratio} |`);
console.log(`\n${((performance.now() - began) / 1000).toFixed(0)} s`);
process.exit(); // Dawn would keep the process alive
