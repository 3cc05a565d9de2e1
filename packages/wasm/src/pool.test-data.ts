// An op whose kernel counts how often each of its units was done, in its input, and fails, sleeps or takes its time where it is told to.
import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { apply, type Op, scope, type Tensor, tensor } from '@twilljs/tensor';
import { closure } from '../../../scripts/asc.ts';
import { compile } from '../../../scripts/asc-compile.ts';
import { launchModule } from '../../../scripts/asc-launch.ts';
import { type WasmDevice, type WasmOptions, wasm } from './device.ts';
import type { Kernel, WasmBuild, WasmKernel } from './kernel.ts';

/** What a unit does beside counting: in any thread, or only in one that is not the main one. */
export interface Trial {
  readonly units: number;
  /** Rounds of arithmetic in each unit. */
  readonly rounds: number;
  /** The unit that fails; -1: none. */
  readonly fails: number;
  /** Threads but the main one fail, or sleep for ever; `remember`: which that is, by the place of its scratch. */
  readonly others: 'work' | 'fail' | 'sleep' | 'remember';
}

const source = `
export function trial(from: i32, to: i32, rounds: i32, fails: i32, others: i32, x: usize, y: usize, scratch: usize): void {
  if (others == 3) store<usize>(x, scratch);
  else if (others != 0 && scratch != load<usize>(x)) {
    if (others == 1) unreachable();
    atomic.wait<i32>(x + 4, 0, -1);
  }
  for (let unit = from; unit < to; unit++) {
    if (unit == fails) unreachable();
    let sum: f32 = 0;
    for (let i = 0; i < rounds; i++) sum = sum * 0.5 + <f32>i;
    const count = x + (2 + unit) * 4;
    store<f32>(count, load<f32>(count) + 1 + sum * 0);
    memory.copy(y + unit * 4, count, 4);
  }
}
`;

async function build(): Promise<WasmBuild> {
  const entry = 'packages/wasm/assembly/trial.ts';
  const sources = closure(entry, (path) => (path === entry ? source : readFileSync(path, 'utf8')));
  const { path, text } = launchModule(entry, sources);
  const bytes = deflateRawSync(await compile(path, new Map(sources).set(path, text), 'plain')).toString('base64');
  return async () => ({ bytes });
}

const plain = await build();
const module = { name: 'wasm/trial', plain, relaxed: plain, wide: plain };
const code = { work: 0, fail: 1, sleep: 2, remember: 3 };
const kernel: Kernel = {
  module,
  name: 'trial',
  bytes: 24,
  write({ i32 }, at, { rounds, fails, others, x, y }: Trial & { x: number; y: number }) {
    i32.set([rounds, fails, code[others], x, y], at >>> 2);
  },
};
const trialKernel: WasmKernel<Trial> = {
  op: 'trial',
  module,
  plan: (_, attrs) => ({
    own: 100,
    launches: ([x], [y]) => [{ kernel, units: attrs.units, args: { ...attrs, x, y } }],
  }),
};
const op: Op<Trial> = {
  name: 'trial',
  inputs: ['x'],
  outputs: ['y'],
  shape: (_, { units }) => [[units]],
};

/** A device with the kernel. */
export const trialDevice = (options: WasmOptions): Promise<WasmDevice> => wasm({ ...options, kernels: [trialKernel] });

/** Runs the op. @returns how often each unit has been done with this input. */
export function run(x: Tensor, asked: Partial<Trial> & { units: number }): Tensor {
  return apply(op, [x], { rounds: 0, fails: -1, others: 'work', ...asked })[0];
}

/** For so many units. A launch of one unit is run by the main thread. */
export function input(device: WasmDevice, most = 1000): Tensor {
  const x = tensor(new Float32Array(2 + most), [2 + most], { device });
  run(x, { units: 1, others: 'remember' });
  return x;
}

/** Waits until every thread of the device has taken part. */
export async function awake(device: WasmDevice, x: Tensor): Promise<void> {
  if (device.threads === 1) return;
  const end = performance.now() + 30_000;
  while (device.pieces().some((pieces) => pieces === 0)) {
    if (performance.now() > end) throw new Error(`threads have done ${device.pieces()} pieces after 30 s`);
    scope(() => void run(x, { units: 64, rounds: 20_000 }));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
