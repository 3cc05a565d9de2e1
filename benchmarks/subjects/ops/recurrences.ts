// The five recurrences, forward and backward: kernels beside the chunkwise definition.
import {
  elementwiseGradOp,
  elementwiseOp,
  scalarDecayGradOp,
  scalarDecayOp,
  scalarDeltaGradOp,
  scalarDeltaOp,
  vectorDecayGradOp,
  vectorDecayOp,
  vectorDeltaGradOp,
  vectorDeltaOp,
} from '@twilljs/scan';
import { kernels } from '@twilljs/scan/wasm';
import { apply, type Op, scope, size, type Tensor, tensor, untracked } from '@twilljs/tensor';
import { type Numbers, noise } from '@twilljs/tensor/testing';
import { decayInputs, deltaInputs, elementwiseInputs } from '../../../packages/scan/src/cases.test-data.ts';
import { vectorDecayInputs, vectorDeltaInputs } from '../../../packages/scan/src/vector-cases.test-data.ts';
import { type OpCase, serveOp } from '../../lib/op.ts';

type Inputs = Readonly<Record<string, Numbers>>;

/** Sizes of heads with a state [K,V]: small models, the widths of docs/speed.md, a long sequence, a decoding step. */
const heads = [
  { B: 4, T: 256, H: 2, K: 24, V: 24 },
  { B: 8, T: 128, H: 3, K: 32, V: 64 },
  { B: 2, T: 256, H: 4, K: 64, V: 64 },
  { B: 1, T: 512, H: 2, K: 128, V: 128 },
  { B: 1, T: 4096, H: 3, K: 32, V: 64 },
  { B: 8, T: 1, H: 4, K: 64, V: 64 },
];
const channels = [
  { B: 4, T: 256, D: 48 },
  { B: 8, T: 128, D: 128 },
  { B: 1, T: 512, D: 1024 },
];

const text = (sizes: object) =>
  Object.entries(sizes)
    .map(([letter, n]) => `${letter}=${n}`)
    .join(' ');

/** Its two cases; the gradient has attributes of its own where it is told what to form. */
function casesOf(op: Op, gradOp: Op, name: string, attrs: object, inputs: () => Inputs, gradAttrs = attrs): OpCase[] {
  const forward = (): Inputs => inputs();
  const backward = (): Inputs => {
    const given = inputs();
    return { ...given, ...cotangents(op, attrs, given) };
  };
  return [[op, 'forward', forward, attrs] as const, [gradOp, 'backward', backward, gradAttrs] as const].map(
    ([of, pass, given, attrs]) => ({
      name: `${op.name} ${name} ${pass}`,
      beside: 'definition' as const,
      make(device) {
        const ins: (Tensor | null)[] = named(of, given()).map((n) => n && tensor(n.data, n.shape, { device }));
        return () => untracked(() => scope(() => void apply(of, ins, attrs)));
      },
    }),
  );
}

const named = (op: Op, inputs: Inputs): (Numbers | null)[] =>
  op.inputs.map((name) => inputs[name.replace('?', '')] ?? null);

/** Noise in the shape of every output, under the names that a gradient gives its inputs: dy, dstate, and y where it is read. */
function cotangents(op: Op, attrs: object, inputs: Inputs): Inputs {
  const shapes = op.shape(
    named(op, inputs).map((numbers) => numbers?.shape ?? null),
    attrs,
  );
  const like = (i: number): Numbers => ({ shape: shapes[i], data: noise(size(shapes[i]), i) });
  return Object.fromEntries(op.outputs.flatMap((name, i) => [name, `d${name}`].map((key) => [key, like(i)])));
}

const scaled = { scale: 0.2 };
await serveOp({
  kernels,
  cases: [
    ...heads.flatMap((sizes) => {
      const name = text(sizes);
      const fixed = () => decayInputs({ ...sizes, gates: 'fixed' });
      return [
        ...casesOf(scalarDecayOp, scalarDecayGradOp, name, scaled, fixed, { ...scaled, gates: false }),
        ...casesOf(vectorDecayOp, vectorDecayGradOp, name, scaled, () => vectorDecayInputs(sizes)),
        ...casesOf(scalarDeltaOp, scalarDeltaGradOp, name, scaled, () => deltaInputs(sizes)),
        ...casesOf(vectorDeltaOp, vectorDeltaGradOp, name, scaled, () => vectorDeltaInputs(sizes)),
      ];
    }),
    ...channels.flatMap((sizes) =>
      casesOf(elementwiseOp, elementwiseGradOp, text(sizes), {}, () => elementwiseInputs(sizes)),
    ),
  ],
});
