// Recurrences that only add, on the wasm device: kernels against their definitions.
import { elementwiseGradOp, elementwiseOp, scalarDecayGradOp, scalarDecayOp } from '@twilljs/scan';
import { kernels } from '@twilljs/scan/wasm';
import { apply, type Op, scope, size, type Tensor, tensor, untracked } from '@twilljs/tensor';
import { type Numbers, noise } from '@twilljs/tensor/testing';
import { type WasmDevice, wasm } from '@twilljs/wasm';
import { decayInputs, elementwiseInputs } from '../packages/scan/src/cases.ts';
import { report, seconds } from './measure.ts';

interface Pass {
  readonly label: string;
  readonly op: Op;
  readonly attrs: object;
  readonly inputs: readonly Numbers[];
}

/** Forward and backward of one op; the backward reads y in place of x where the op says so. */
function passes(label: string, op: Op, gradOp: Op, inputs: Record<string, Numbers>, attrs: object): Pass[] {
  const given = op.inputs.map((name) => inputs[name.replace('?', '')]);
  const like = (shape: readonly number[], seed: number): Numbers => ({ shape, data: noise(size(shape), seed) });
  const outs = op.shape(
    given.map(({ shape }) => shape),
    attrs,
  );
  const back = gradOp.inputs.map((name, i) => inputs[name.replace('?', '')] ?? like(outs[i % outs.length], i));
  return [
    { label: `${label} forward`, op, attrs, inputs: given },
    { label: `${label} backward`, op: gradOp, attrs: { ...attrs, gates: given[3]?.shape.length === 3 }, inputs: back },
  ];
}

const decay = [
  { B: 4, T: 256, H: 2, K: 24, V: 48, gates: 'fixed' },
  { B: 4, T: 256, H: 2, K: 24, V: 48 },
  { B: 32, T: 64, H: 2, K: 24, V: 48, gates: 'fixed' },
  { B: 1, T: 512, H: 2, K: 128, V: 256, gates: 'fixed' },
  { B: 8, T: 1, H: 4, K: 64, V: 64, gates: 'fixed' },
] as const;
const elementwise = [
  { B: 4, T: 256, D: 48 },
  { B: 32, T: 64, D: 48 },
  { B: 1, T: 512, D: 1024 },
];

const all: Pass[] = [
  ...decay.flatMap((at) => {
    const label = `scalarDecay B=${at.B} T=${at.T} H=${at.H} K=${at.K} V=${at.V}${'gates' in at ? ' fixed' : ''}`;
    return passes(label, scalarDecayOp, scalarDecayGradOp, decayInputs(at), { scale: 0.2 });
  }),
  ...elementwise.flatMap((at) => {
    const label = `elementwise B=${at.B} T=${at.T} D=${at.D}`;
    return passes(label, elementwiseOp, elementwiseGradOp, elementwiseInputs(at), {});
  }),
];

for (const tier of ['plain', 'relaxed'] as const) {
  const [fast, slow] = [await wasm({ tier, kernels }), await wasm({ tier })];
  for (const { label, op, attrs, inputs } of all) {
    const time = (device: WasmDevice) => {
      const ins: Tensor[] = inputs.map(({ data, shape }) => tensor(data, shape, { device }));
      return seconds(() => untracked(() => scope(() => void apply(op, ins, attrs))));
    };
    const [ours, definition] = [time(fast), time(slow)];
    const result = { benchmark: 'decay', case: `${tier} ${label}`, value: ours * 1e3, unit: 'ms' };
    report({ ...result, ratio: definition / ours, floor: 'definition' });
  }
}
