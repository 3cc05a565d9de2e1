// Every public function of tensor, and every method of its values and of the devices, called as nobody should.
import * as api from '@twilljs/tensor';
import { type Fitting, faults } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import { webgpu } from '@twilljs/webgpu';
import { webgpuDevices } from '@twilljs/webgpu/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const { tensor } = api;

/** Calls that fit, on a device. */
function functions(device: api.Device): Record<string, Fitting> {
  const x = () => tensor([1, 2, 3, 4, 5, 6], [2, 3], { device });
  const square = () => tensor([1, 2, 3, 4], [2, 2], { device });
  const ids = () => tensor(Int32Array.of(0, 1, 1), [3], { device });
  const p = () => api.parameter(x());
  const names = (Object.keys(api.primitives) as api.PrimitiveName[]).filter((name) => name !== 'full');
  return {
    apply: { call: api.apply, args: () => [api.primitives[names[0]], [x()], null] },
    apply1: { call: api.apply1, args: () => [api.primitives.pad, [x()], { axis: 0, before: 1, after: 2 }] },
    arenaLayout: { call: api.arenaLayout, args: () => [[x(), x()], device] },
    argmax: { call: api.argmax, args: () => [x()] },
    cast: { call: api.cast, args: () => [tensor([1, 2], [2], { device, dtype: 'bf16' })] },
    checkRanges: {
      call: api.checkRanges,
      args: () => [
        'x',
        [
          [0, 2],
          [2, 5],
        ],
        6,
      ],
    },
    concat: { call: api.concat, args: () => [[x(), x()], 1] },
    cpu: { call: api.cpu, args: () => [{ float: 'f64' }] },
    detach: { call: api.detach, args: () => [x()] },
    decodeBF16: { call: api.decodeBF16, args: () => [Uint16Array.of(0x3f80)] },
    encodeBF16: { call: api.encodeBF16, args: () => [[1, 2]] },
    embedding: { call: api.embedding, args: () => [square(), ids()] },
    empty: {
      call: (...args: Parameters<typeof api.empty>) => void api.empty(...args),
      args: () => [[2, 3], device, 'i32'],
    },
    assign: { call: (into: api.Tensor, y: api.Tensor) => api.assign(into, y), args: () => [x(), x()] },
    compile: {
      call: (on: api.Device, step: () => api.Tensor) => api.compile(on, step)(),
      args: () => [device, () => x()],
    },
    freeze: { call: api.freeze, args: () => [x()] },
    full: { call: api.full, args: () => [[2, 3], 7, { device }] },
    grad: {
      call: (loss: api.Tensor, wrt: api.Tensor[]) => api.grad(loss, wrt),
      args: () => {
        const w = p();
        return [w.mul(w).sum(), [w]];
      },
    },
    gradOf: {
      call: api.gradOf,
      args: () => {
        const w = p();
        return [[w.mul(w)], [x()], [w]];
      },
    },
    keep: { call: api.keep, args: () => [x()] },
    meta: { call: () => void api.meta(), args: () => [] },
    moveToArena: { call: api.moveToArena, args: () => [[x(), square()], device] },
    oneHot: { call: api.oneHot, args: () => [ids(), 2] },
    ones: { call: api.ones, args: () => [[2, 3], { device }] },
    packArena: { call: api.packArena, args: () => [[x(), square()], { offsets: [0, 64], length: 128 }] },
    parameter: { call: api.parameter, args: () => [x()] },
    recompute: { call: api.recompute, args: () => [(y: api.Tensor) => y.exp(), p(), []] },
    release: {
      call: (value: unknown) => api.release(value instanceof api.Tensor ? value.add(1) : 1),
      args: () => [x()],
    },
    rng: { call: (seed: number) => void api.rng(seed), args: () => [3] },
    scope: { call: api.scope, args: () => [() => x()] },
    storeInBF16: { call: api.storeInBF16, args: () => [x()] },
    solveTril: { call: api.solveTril, args: () => [square(), square(), { transpose: true }] },
    tensor: { call: tensor, args: () => [[1, 2], [2], { device }] },
    untracked: { call: api.untracked, args: () => [() => x()] },
    write: { call: api.write, args: () => [x(), [1, 2, 3, 4, 5, 6]] },
    zeros: { call: api.zeros, args: () => [[2, 3], { device, dtype: 'i32' }] },
    ...Object.fromEntries(
      names.map((name) => [
        `primitives.${name}`,
        {
          call: (ins: never, attrs: never) => api.apply(api.primitives[name] as api.Op, ins, attrs),
          args: primitiveArgs(name, device),
        },
      ]),
    ),
  };
}

function primitiveArgs(name: api.PrimitiveName, device: api.Device): () => readonly unknown[] {
  const attrs: Partial<Record<api.PrimitiveName, object>> = {
    affine: { scale: 2, shift: 1 },
    sum: { to: [2, 1] },
    max: { to: [1, 2] },
    broadcastTo: { to: [3, 2, 2] },
    permute: { axes: [1, 0] },
    slice: { axis: 1, from: 0, to: 1 },
    pad: { axis: 0, before: 1, after: 0 },
    concat: { axis: 1 },
    band: { low: 0, high: 1, fill: 0 },
    pack: { offsets: [0], length: 8 },
    matmul: { transposeA: false, transposeB: true },
    solveTril: { transpose: false },
    cumsum: { axis: 1, reverse: false },
    scatterAdd: { rows: 2 },
    oneHot: { classes: 3 },
    assign: { add: true },
  };
  return () => {
    const ids = () => tensor(Int32Array.of(0, 1), [2], { device });
    const ins = api.primitives[name].inputs.map((input) =>
      input === 'ids' ? ids() : tensor([1, 2, 3, 4], [2, 2], { device }),
    );
    return [ins, attrs[name] ?? null];
  };
}

/** Methods by name, with their own arguments. */
function methods(device: api.Device): Record<string, Fitting> {
  const args: Record<string, () => unknown[]> = {
    ...Object.fromEntries(['add', 'sub', 'mul', 'div', 'maximum', 'where'].map((name) => [name, () => [x()]])),
    ...Object.fromEntries(['sum', 'mean', 'max'].map((name) => [name, () => [1, true]])),
    to: () => [device],
    matmul: () => [x(), { transposeB: true }],
    cumsum: () => [1, true],
    reshape: () => [[3, -1]],
    permute: () => [[1, 0]],
    broadcastTo: () => [[2, 2, 3]],
    slice: () => [1, 0, 2],
    pad: () => [0, 1, 2],
    band: () => [{ low: 0, high: 1, fill: 5 }],
  };
  const x = () => tensor([1, 2, 3, 4, 5, 6], [2, 3], { device });
  return onPrototype(api.Tensor.prototype, x, (name) => args[name] ?? (() => []));
}

function draws(): Record<string, Fitting> {
  const args: Record<string, () => unknown[]> = {
    fork: () => ['layer'],
    shuffle: () => [[1, 2, 3]],
    choice: () => [5, 2],
    ints: () => [3, 7],
  };
  return onPrototype(
    Object.getPrototypeOf(api.rng(1)),
    () => api.rng(1),
    (name) => args[name] ?? (() => [3]),
  );
}

/** What a class has for itself, and its own docstrings call internal. */
const internal = ['constructor', 'requireMemory', 'handle', 'hollow', 'alias', 'moveTo', 'held', 'release', 'word'];

function onPrototype(prototype: object, make: () => object, args: (name: string) => () => unknown[]) {
  const named = Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([name, { value }]) => typeof value === 'function' && !internal.includes(name))
    .map(([name, { value }]): [string, Fitting] => {
      const call = async (...given: never[]) => {
        const made = await value.call(make(), ...given);
        return made instanceof api.Tensor ? made : null;
      };
      return [name, { call, args: args(name) }];
    });
  return Object.fromEntries(named);
}

/** The memory of a device, by hand. What it writes goes into a buffer of its own. */
function memory(device: api.Device): Record<string, Fitting> {
  const buffer = device.allocate(64);
  const allocated = (bytes: number) => device.free(device.allocate(bytes));
  return {
    allocate: { call: allocated, args: () => [64] },
    free: { call: (b: never) => device.free(b === buffer ? device.allocate(8) : b), args: () => [buffer] },
    view: { call: (...at: [never, number, number]) => void device.view(...at), args: () => [buffer, 16, 32] },
    write: { call: device.write.bind(device) as never, args: () => [buffer, Float32Array.of(1, 2, 3)] },
    read: {
      call: (...at: [never, api.DType, number]) => device.read(...at).then(() => null),
      args: () => [buffer, 'f32', 16],
    },
  };
}

/** Sums over numbers that others have looked at, and checks themselves: they take no tensors and touch no memory. */
const arithmetic = [
  ...['around', 'loopsOf', 'nest', 'reductionsOf', 'stepsOf', 'turns'],
  ...['broadcastShapes', 'exactExp', 'exactLog', 'hostArray', 'sameShape', 'size', 'typedArray'],
  ...[
    'finite',
    'flag',
    'isTwillError',
    'knownOnly',
    'lateReturns',
    'nearest',
    'slipOf',
    'number',
    'factsOf',
    'nextTurn',
    'objectOnly',
    'oneOf',
    'shown',
    'whole',
  ],
  ...[
    'nameBeside',
    'outputType',
    'requireDevice',
    'requireOutsideStep',
    'requireReadable',
    'requireShape',
    'requireSize',
    'requireTensor',
    'requireWithin',
    'requireWritable',
    'sequenceOf',
    'shapesOf',
  ],
  'vjpOfDefinition', // what composites call of themselves
];

const misuse = fc.record({ argument: fc.nat(5), odd: fc.nat(999) });
const attempts = fc.array(misuse, { minLength: 0, maxLength: 2 });

async function attack(table: Readonly<Record<string, Fitting>>, device: api.Device, numRuns: number): Promise<void> {
  const fault = faults(table, device);
  const drawn = fc.tuple(fc.constantFrom(...Object.keys(table)), attempts);
  await fc.assert(
    fc.asyncProperty(drawn, async ([name, misuses]) => {
      expect(await fault(name, misuses)).toBeNull();
    }),
    { seed: 27, numRuns },
  );
}

const devices: [string, api.Device][] = [
  ['cpu', api.cpu()],
  ['cpu-f64', api.cpu({ float: 'f64' })],
  ['wasm', await wasm({ maximumBytes: 2 ** 26 })],
  ...(await webgpuDevices({ maximumBytes: 2 ** 26 })),
];

it('names every public function', () => {
  const exported = Object.entries(api).filter(
    ([, value]) => typeof value === 'function' && !/^class /.test(`${value}`),
  );
  const covered = [...Object.keys(functions(api.cpu())), ...arithmetic].filter((name) => !name.includes('.'));
  expect(exported.map(([name]) => name).sort()).toEqual(covered.sort());
});

describe.each(devices)('odd arguments on %s', (_, device) => {
  it.each([
    ['functions', functions, 6000],
    ['methods', methods, 4000],
    ['numbers drawn', draws, 1000],
    ['memory', memory, 1500],
  ] as const)('%s: a typed error or a sound result, and nobody else`s memory changes', async (_, table, runs) => {
    const canary = api.keep(Array.from({ length: 8 }, () => tensor(new Float32Array(64).fill(7), [64], { device })));
    // Fewer where each look at the memory is a journey.
    await attack(table(device), device, device.name === 'webgpu' ? runs / 4 : runs);
    for (const t of canary) expect((await t.data()).every((value) => value === 7)).toBe(true);
  });
});

it('every call of the tables fits as it stands', async () => {
  for (const [, device] of devices) {
    for (const table of [functions, methods, draws, memory]) {
      for (const [name, { call, args }] of Object.entries(table(device))) {
        if (name === 'item') continue; // of six elements
        await expect((async () => call(...(args() as never[])))(), name).resolves.not.toThrow();
      }
    }
  }
});

describe.each([
  ['wasm', wasm, [{ tier: 'broad' }, { tier: 3 }, { threads: 1.5 }]],
  ['webgpu', webgpu, [{ software: 1 }, { bufferBytes: 100 }, { bufferBytes: '9' }]],
] as const)('%s()', (_, open, own) => {
  it('refuses options that cannot be', async () => {
    const bags = [
      null,
      5,
      'x',
      [],
      { kernel: [] },
      { kernels: {} },
      { kernels: [null] },
      { kernels: [{ op: 'x' }] },
      { poison: 1 },
    ];
    const limits = [Number.NaN, -1, '9', Number.POSITIVE_INFINITY, 100].map((maximumBytes) => ({ maximumBytes }));
    for (const options of [...bags, ...limits, ...own]) {
      const made: unknown = await open(options as never).catch((error: unknown) => error);
      expect(made, api.shown(options)).toBeInstanceOf(api.OptionError);
    }
  });
});
