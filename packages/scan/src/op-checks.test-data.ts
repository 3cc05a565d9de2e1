// What the op of every recurrence must satisfy: its oracle's outputs and gradients on every device, and kernels of its own.
import { kernels as ofNn } from '@twilljs/nn/wasm';
import { cpu, type Device, type Tensor, zeros } from '@twilljs/tensor';
import { type Compared, conformance, failures, gradcheck, named } from '@twilljs/tensor/testing';
import type { WasmDevice, WasmOptions } from '@twilljs/wasm';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import type { Check, Recurrence } from './checks.test-data.ts';
import { kernels } from './wasm.ts';
import { kernels as gpuKernels } from './webgpu.ts';

type Cases<C> = readonly (readonly [name: string, at: C])[];
/** `wasm` of @twilljs/wasm. */
type Wasm = (options: WasmOptions) => Promise<WasmDevice>;
type Shapes = Readonly<Record<string, readonly number[]>>;

/** Every device that ops and their definitions run on, by name. Memory holds no zeros by chance. */
export async function testDevices(wasm: Wasm): Promise<[name: string, device: Device][]> {
  const all = [...ofNn, ...kernels];
  return [
    ...(await webgpuDevices({ kernels: gpuKernels })),
    ['cpu', cpu({ poison: true })],
    ['cpu-f64', cpu({ float: 'f64' })],
    ['wasm plain', await wasm({ kernels: all, tier: 'plain', poison: true })],
    ['wasm relaxed', await wasm({ kernels: all, tier: 'relaxed', poison: true })],
    ['wasm wide', await wasm({ kernels: all, tier: 'wide', poison: true })],
  ];
}

/** Cases of a size for sequences of these lengths. */
export function lengths<S>(Ts: readonly number[], size: S): [string, S & { T: number }][] {
  return Ts.map((T) => [`T = ${T}`, { ...size, T }]);
}

/** Errors of outputs and gradients against the recurrence token by token. @param wanted inputs that take a gradient; default: all. */
export function compare<A, C>(
  { op, attrs, naive, inputs }: Recurrence<A, C>,
  at: C,
  device: Device,
  wanted?: readonly string[],
): Promise<Compared[]> {
  const given = { name: '', attrs, inputs: inputs(at), ...(wanted && { wanted }) };
  return conformance(op, given, device, (ins) => ({ ...naive(ins, attrs) }));
}

/** A check for each case: outputs and gradients are those of the recurrence token by token. */
export function oracleChecks<A, C>(of: Recurrence<A, C>, cases: Cases<C>, device: Device): Check[] {
  return cases.map(([name, at]) => ({
    name: `equals the recurrence and its gradients: ${name}`,
    async run() {
      const failed = failures(await compare(of, at, device), device.float);
      if (failed.length > 0) throw new Error(failed.map((c) => `${c.name}: error ${c.error}`).join('; '));
    },
  }));
}

/** A check for each case: gradients against central differences. */
export function gradChecks<A, C>({ op, attrs, inputs }: Recurrence<A, C>, cases: Cases<C>): Check[] {
  return cases.map(([name, at]) => ({
    name: `gradcheck ${name}`,
    async run() {
      const given = inputs(at);
      const names = Object.keys(given);
      const f = (ins: Tensor[]) => named(op, attrs)(Object.fromEntries(ins.map((t, i) => [names[i], t])));
      const list = Object.values(given).map(({ data, shape }) => ({ values: data, shape }));
      const error = await gradcheck((ins) => Object.values(f(ins)), list);
      if (!(error < 1e-7)) throw new Error(`error ${error} above 1e-7`);
    },
  }));
}

/** Forward and backward run by kernels, not by definitions. */
export function runsByKernels<A, C>(of: Recurrence<A, C>, wasm: Wasm): Check {
  return {
    name: 'runs by its kernels on wasm',
    async run() {
      const device = await wasm({ kernels, tier: 'plain' });
      await compare(of, of.small(20, false), device);
      const slow = [...device.fallbacks.keys()];
      if (slow.length > 0) throw new Error(`${slow} have no kernel`);
    },
  };
}

/** `call` of zeros of these shapes, in their order, some of them changed: for what it refuses. */
export function withShapes(shapes: Shapes, call: (...ins: Tensor[]) => unknown): (changes: Shapes) => () => unknown {
  return (changes) => () => call(...Object.values({ ...shapes, ...changes }).map((shape) => zeros(shape)));
}
