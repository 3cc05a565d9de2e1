// Every public op, function and layer of nn, scan and attention, called as nobody should.

import * as attention from '@twilljs/attention';
import { kernels as ofAttention } from '@twilljs/attention/wasm';
import * as nn from '@twilljs/nn';
import { kernels as ofNn } from '@twilljs/nn/wasm';
import { apply, cpu, type Device, keep, type Op, parameter, type Tensor, tensor } from '@twilljs/tensor';
import { type Fitting, faults, noise } from '@twilljs/tensor/testing';
import { wasm } from '@twilljs/wasm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as scan from './index.ts';
import { kernels } from './wasm.ts';

type Shapes = Readonly<Record<string, readonly number[]>>;

const heads = {
  q: [1, 3, 2, 4],
  k: [1, 3, 2, 4],
  v: [1, 3, 2, 3],
  h0: [1, 2, 4, 3],
  dy: [1, 3, 2, 3],
  dstate: [1, 2, 4, 3],
};
const rows = { x: [2, 3], weight: [3], bias: [3], gate: [2, 3], up: [2, 3], y: [2, 3], dy: [2, 3] };

/** Shapes of the inputs of each op and of its gradient, by name, and the attributes of both. */
const ops: Readonly<Record<string, readonly [Shapes, object?]>> = {
  adamw: [
    { param: [4], grad: [4], m: [4], v: [4], hyper: [3] },
    { beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0 },
  ],
  append: [{ buffer: [1, 4, 3], x: [1, 3, 3] }],
  attention: [
    {
      ...{ q: [1, 3, 2, 4], k: [1, 3, 2, 4], v: [1, 3, 2, 3], k0: [1, 5, 2, 4], v0: [1, 5, 2, 3] },
      ...{ y: [1, 3, 2, 3], lse: [1, 3, 2], dy: [1, 3, 2, 3], dlse: [1, 3, 2] },
    },
    { scale: 0.5, window: 2 },
  ],
  clipGradNorm: [
    { grad: [4], loss: [] },
    { maxNorm: 1, scale: 1 },
  ],
  crossEntropy: [{ logits: [2, 3], labels: [2], dloss: [] }],
  elementwise: [{ x: [1, 3, 4], g: [1, 3, 4], h0: [1, 4], y: [1, 3, 4], dy: [1, 3, 4], dstate: [1, 4] }, {}],
  gatedRmsNorm: [rows, { eps: 1e-6, activation: 'silu' }],
  l2Norm: [rows, { eps: 1e-6 }],
  layerNorm: [rows, { eps: 1e-6 }],
  logSumExp: [rows],
  muonMomentum: [
    { grad: [2, 3], m: [2, 3] },
    { momentum: 0.9, nesterov: true, scale: 1 },
  ],
  muonMove: [
    { param: [2, 3], y: [2, 3], hyper: [3] },
    { weight_decay: 0, lr: 1, ratio: 1 },
  ],
  normalCdf: [rows],
  rmsNorm: [rows, { eps: 1e-6 }],
  rotary: [{ x: [1, 3, 2, 4], cos: [3, 2], sin: [3, 2] }, { inverse: false }],
  scalarDecay: [
    { ...heads, g: [1, 3, 2] },
    { scale: 1, gates: true },
  ],
  scalarDelta: [{ ...heads, g: [1, 3, 2], beta: [1, 3, 2] }, { scale: 1 }],
  shortConv: [
    { x: [1, 5, 2], weight: [2, 3], bias: [2], h0: [1, 2, 2], dy: [1, 5, 2], dstate: [1, 2, 2] },
    { activation: 'silu' },
  ],
  silu: [rows],
  softmax: [rows],
  swiglu: [rows],
  vectorDecay: [{ ...heads, g: [1, 3, 2, 4] }, { scale: 1 }],
  vectorDelta: [{ ...heads, g: [1, 3, 2, 4], beta: [1, 3, 2] }, { scale: 1 }],
};

function make(shape: readonly number[], device: Device): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return tensor(
    noise(count, count + 1).map((x) => -Math.abs(x)),
    shape,
    { device },
  );
}
const labels = (device: Device) => tensor(Int32Array.of(1, -100), [2], { device });
const position = (device: Device) => tensor(Int32Array.of(7), [1], { device });
const blocks = (device: Device) => nn.normBlocks([{ from: 0, size: 4 }], device);
const ranges = (device: Device) => tensor(Int32Array.of(1, 3), [1, 2], { device });
const ids: Readonly<Record<string, (device: Device) => Tensor>> = { labels, position, blocks, ranges };

const exported: Readonly<Record<string, unknown>> = { ...nn, ...scan, ...attention };

/** Every op as a value, under the name of its export: inputs, then attributes. */
function opTable(device: Device): Record<string, Fitting> {
  const found = Object.entries(exported).filter(([name]) => name.endsWith('Op')) as [string, Op][];
  const fitting = ({ inputs, name, ...op }: Op): Fitting => {
    const [shapes, attrs = null] = ops[name.replace(/Grad$/, '')];
    const given = (input: string) => {
      const plain = input.replace('?', '');
      return ids[plain]?.(device) ?? make(shapes[plain], device);
    };
    return {
      call: (...args: unknown[]) => apply({ inputs, name, ...op }, args.slice(0, -1) as Tensor[], args.at(-1)),
      args: () => [...inputs.map(given), attrs],
    };
  };
  return Object.fromEntries(found.map(([name, op]) => [name, fitting(op)]));
}

/** Every function, and layers as functions of what they are made of and what they are given. */
function functionTable(device: Device): Record<string, Fitting> {
  const t = (...shape: number[]) => make(shape, device);
  const inputs = (name: string, inOrder: string) => inOrder.split(' ').map((input) => t(...ops[name][0][input]));
  const pointwise = (call: (x: Tensor) => unknown): Fitting => ({ call, args: () => [t(2, 3)] });
  const init = () => nn.initializer(1);
  const model = () => ({ weight: parameter(t(2, 3)), bias: parameter(t(3)) });
  const recurrence = (call: (...args: never[]) => unknown, name: string, inOrder: string): Fitting => ({
    call,
    args: () => [...inputs(name, inOrder), { scale: 1 }, ranges(device)],
  });
  return {
    addRmsNormLinears: {
      call: nn.addRmsNormLinears,
      args: () => [t(2, 3), t(2, 3), t(3), [t(4, 3), t(2, 3)], 1e-6],
    },
    addRmsNorm: { call: nn.addRmsNorm, args: () => [t(2, 3), t(2, 3), t(3), 1e-6] },
    adamwUpdate: { call: nn.adamwUpdate, args: () => [...inputs('adamw', 'param grad m v hyper'), ops.adamw[1]] },
    advance: { call: nn.advance, args: () => [tensor(Int32Array.of(1), [1], { device }), t()] },
    arenaOf: { call: nn.arenaOf, args: () => [nn.params(model()), device, ['bias']] },
    clipFactor: { call: nn.clipFactor, args: () => [t(4), 1, { blocks: blocks(device), loss: t() }] },
    clipGradNorm: { call: nn.clipGradNorm, args: () => [t(4), 1] },
    constant: { call: nn.constant, args: () => [init(), [2, 3], 1] },
    countParams: { call: nn.countParams, args: () => [model()] },
    crossEntropy: { call: nn.crossEntropy, args: () => [t(2, 3), labels(device)] },
    embedding: { call: nn.embedding, args: () => [t(2, 3), tensor(Int32Array.of(0, 1), [2], { device })] },
    forgetGate: { call: nn.forgetGate, args: () => [t(2, 3), t(4, 3), 2] },
    gatedRmsNorm: { call: nn.gatedRmsNorm, args: () => [t(2, 3), t(2, 3), t(3), 1e-6, 'sigmoid'] },
    gdnGate: { call: nn.gdnGate, args: () => [t(2, 3), t(3), t(3), t(2, 3), { scale: 2 }] },
    gelu: pointwise(nn.gelu),
    geluTanh: pointwise(nn.geluTanh),
    initializer: {
      call: (...args: [number, number]) => nn.normal(nn.initializer(...args), [2]),
      args: () => [1, 0.02],
    },
    l2Norm: { call: nn.l2Norm, args: () => [t(2, 3), 1e-6] },
    l2Norms: { call: nn.l2Norms, args: () => [t(2, 3), t(4, 3), 1e-6] },
    layerNorm: { call: nn.layerNorm, args: () => [t(2, 3), t(3), t(3), 1e-6] },
    linear: { call: nn.linear, args: () => [t(2, 3), t(4, 3), t(4)] },
    linears: { call: nn.linears, args: () => [t(2, 3), [t(4, 3), t(2, 3)]] },
    linearCrossEntropy: { call: nn.linearCrossEntropy, args: () => [t(2, 3), t(4, 3), labels(device)] },
    logProbs: {
      call: (logits: Tensor, labels: Tensor) => nn.logProbs(logits, labels).logprobs,
      args: () => [t(2, 3), labels(device).reshape([2, 1])],
    },
    logSigmoid: pointwise(nn.logSigmoid),
    logSumExp: pointwise(nn.logSumExp),
    muonUpdate: {
      call: nn.muonUpdate,
      args: () => [
        ...[t(2, 3), t(2, 3), t(2, 3), t(3)],
        { momentum: 0.9, nesterov: true, weight_decay: 0, adjust_lr_fn: 'original' },
      ],
    },
    newtonSchulz: { call: nn.newtonSchulz, args: () => [t(2, 3), { steps: 2 }] },
    normBlocks: { call: nn.normBlocks, args: () => [[{ from: 0, size: 4 }], device] },
    normal: { call: nn.normal, args: () => [init(), [2, 3]] },
    normalCdf: pointwise(nn.normalCdf),
    packSequences: { call: nn.packSequences, args: () => [t(1, 3, 2), ranges(device), [1, 3]] },
    padSequences: { call: nn.padSequences, args: () => [t(1, 3, 2), ranges(device), 3] },
    params: { call: nn.params, args: () => [model()] },
    rmsNorm: { call: nn.rmsNorm, args: () => [t(2, 3), t(3), 1e-6] },
    rope: { call: nn.rope, args: () => [t(1, 3, 2, 4), { base: 1e4, offset: 2 }] },
    rotary: { call: nn.rotary, args: () => [t(1, 3, 2, 4), { cos: t(3, 2), sin: t(3, 2) }, true] },
    rotaries: {
      call: nn.rotaries,
      args: () => [t(1, 3, 2, 4), t(1, 3, 1, 4), { cos: t(3, 2), sin: t(3, 2) }, true],
    },
    rotaryTables: { call: nn.rotaryTables, args: () => [3, 4, { base: 1e4, offset: 2 }, device] },
    shapesOnly: { call: (std: number) => nn.normal(nn.shapesOnly(std), [2]), args: () => [0.02] },
    shortConv: { call: nn.shortConv, args: () => [...inputs('shortConv', 'x weight bias h0'), null] },
    shortConvs: {
      call: nn.shortConvs,
      args: () => [
        [t(1, 3, 2), t(1, 3, 2), t(1, 3, 4)],
        [t(2, 3), t(2, 3), t(4, 3)],
        [t(1, 2, 2), t(1, 2, 2), t(1, 2, 4)],
        ['silu', null, 'silu'],
        ranges(device),
      ],
    },
    silu: pointwise(nn.silu),
    softmax: pointwise(nn.softmax),
    swigluLinear: { call: nn.swigluLinear, args: () => [t(2, 3), t(2, 3), t(4, 3)] },
    swiglu: { call: nn.swiglu, args: () => [t(2, 3), t(2, 3)] },
    elementwise: { call: scan.elementwise, args: () => [...inputs('elementwise', 'x g h0'), ranges(device)] },
    scalarDecay: recurrence(scan.scalarDecay, 'scalarDecay', 'q k v g h0'),
    scalarDelta: recurrence(scan.scalarDelta, 'scalarDelta', 'q k v g beta h0'),
    shareHeads: { call: scan.shareHeads, args: () => [t(1, 3, 2, 4), 6] },
    vectorDecay: recurrence(scan.vectorDecay, 'vectorDecay', 'q k v g h0'),
    vectorDelta: recurrence(scan.vectorDelta, 'vectorDelta', 'q k v g beta h0'),
    append: { call: attention.append, args: () => [...inputs('append', 'buffer x'), position(device), ranges(device)] },
    scaledDotProductAttention: {
      call: attention.scaledDotProductAttention,
      args: () => {
        const [q, k, v, k0, v0] = inputs('attention', 'q k v k0 v0');
        const past = { k: k0, v: v0, position: position(device) };
        return [q, k, v, { scale: 1, window: null }, past, ranges(device)];
      },
    },
    ...Object.fromEntries(
      nn.transformersActivationNames.map((name) => [name, pointwise(nn.transformersActivations[name])]),
    ),
  };
}

/** Layers, made on the reference device: what they are made of, then what `forward` is given. */
function layerTable(): Record<string, Fitting> {
  const t = (...shape: number[]) => make(shape, cpu());
  const init = () => nn.initializer(1);
  const ids = () => tensor(Int32Array.of(0, 1), [2]);
  return {
    Embedding: {
      call: (ids: Tensor, ...of: [number, number, never]) => new nn.Embedding(...of).forward(ids),
      args: () => [ids(), 2, 3, init()],
    },
    GatedMLP: {
      call: (x: Tensor, ...of: [number, number, never]) => new nn.GatedMLP(...of).forward(x),
      args: () => [t(2, 3), 3, 5, init()],
    },
    Linear: {
      call: (x: Tensor, ...of: [number, number, never, object]) => new nn.Linear(...of).forward(x),
      args: () => [t(2, 3), 3, 5, init(), { bias: true }],
    },
    RMSNorm: {
      call: (x: Tensor, ...of: [number, number, never, object]) => new nn.RMSNorm(...of).gated(x, x),
      args: () => [t(2, 3), 3, 1e-5, init(), { affine: false }],
    },
    ShortConv: {
      call: (x: Tensor, state: Tensor, ...of: [number, number, 'silu', never]) =>
        new nn.ShortConv(...of).forward(x, state),
      args: () => [t(1, 5, 2), t(1, 2, 2), 2, 3, 'silu', init()],
    },
  };
}

/** What layers and configurations are built with: they take modules, contexts and tables of fields, and have tests of their own. */
const builders = [
  ...[
    'applyBackward',
    'backwardOf',
    'checkRanges',
    'convolve',
    'convolveThree',
    'convStateSize',
    'convStates',
    'firstState',
    'isOfAdapter',
    'lowerBounds',
    'matrices',
    'modules',
    'placesFor',
    'projections',
    'readOut',
    'rangeIds',
    'requireArena',
    'requireRanges',
    'rotaryOf',
    'rowsFromStart',
    'SequencePlaces',
    'sequencesOf',
    'sharedBounds',
  ],
  ...[
    'attnFields',
    'wanted',
    'fits',
    'headSizes',
    'leastParameters',
    'mlpWidth',
    'readFields',
    'readModelConfig',
    'readOptions',
    'requireDivides',
    'unreadName',
  ],
  ...['Attention', 'recurrence'],
];

const misuse = fc.record({ argument: fc.nat(8), odd: fc.nat(999) });
const misuses = fc.array(misuse, { minLength: 0, maxLength: 2 });

async function attack(table: Readonly<Record<string, Fitting>>, device: Device, numRuns: number): Promise<void> {
  const fault = faults(table, device);
  const drawn = fc.tuple(fc.constantFrom(...Object.keys(table)), misuses);
  await fc.assert(
    fc.asyncProperty(drawn, async ([name, given]) => {
      expect(await fault(name, given)).toBeNull();
    }),
    { seed: 27, numRuns },
  );
}

const all = [...ofNn, ...kernels, ...ofAttention];
const devices: [string, Device][] = [
  ['cpu', cpu()],
  ['wasm', await wasm({ maximumBytes: 2 ** 26, kernels: all })],
];

it('names every public function and layer', () => {
  const functions = Object.entries(exported).filter(([, value]) => typeof value === 'function');
  const covered = [...Object.keys(functionTable(cpu())), ...Object.keys(layerTable()), ...builders];
  expect(functions.map(([name]) => name).filter((name) => !covered.includes(name))).toEqual([]);
});

describe.each(devices)('odd arguments on %s', (_, device) => {
  it.each([
    ['ops', opTable, 4000],
    ['functions', functionTable, 4000],
    ['layers', layerTable, 800],
  ] as const)('%s: a typed error or a sound result, and nobody else`s memory changes', async (_, table, runs) => {
    const canary = keep(Array.from({ length: 8 }, () => tensor(new Float32Array(64).fill(7), [64], { device })));
    await attack(table(device), device, runs);
    for (const t of canary) expect((await t.data()).every((value) => value === 7)).toBe(true);
  });

  it('every call of the tables fits as it stands', async () => {
    for (const table of [opTable, functionTable, layerTable]) {
      for (const [name, { call, args }] of Object.entries(table(device))) {
        await expect((async () => void (await call(...(args() as never[]))))(), name).resolves.toBeUndefined();
      }
    }
  });
});
