// A recurrence on the wasm device: its kernels against its definition and, forward, against a JavaScript loop over tokens.
import { kernels } from '@twilljs/scan/wasm';
import { apply, type Op, scope, size, type Tensor, tensor, untracked } from '@twilljs/tensor';
import { type Numbers, noise } from '@twilljs/tensor/testing';
import { type WasmDevice, wasm } from '@twilljs/wasm';
import { report, seconds } from './measure.ts';

type Inputs = Readonly<Record<string, Numbers>>;

export interface Subject {
  readonly benchmark: string;
  readonly case: string;
  readonly op: Op;
  readonly gradOp: Op;
  readonly attrs: object;
  /** Attributes of the gradient. Default: those of the op. */
  readonly gradAttrs?: object;
  readonly inputs: Inputs;
  /** The recurrence as a JavaScript programmer writes it, forward only. */
  readonly loop?: () => void;
}

/** Prints the times of forward and backward in every tier. */
export async function measureRecurrence(subject: Subject): Promise<void> {
  const { benchmark, op, gradOp, attrs, gradAttrs = attrs, inputs, loop } = subject;
  const floor = loop && seconds(loop);
  if (floor) {
    report({ benchmark, case: `${subject.case} forward, JavaScript loop`, value: floor * 1e3, unit: 'ms' });
  }
  const backInputs = { ...inputs, ...cotangents(op, attrs, inputs) };
  for (const tier of ['plain', 'relaxed'] as const) {
    const [fast, slow] = [await wasm({ tier, kernels }), await wasm({ tier })];
    const both = (op: Op, inputs: Inputs, attrs: object) => [fast, slow].map((at) => time(op, inputs, attrs, at));
    for (const [pass, [ours, definition]] of [
      ['forward', both(op, inputs, attrs)],
      ['backward', both(gradOp, backInputs, gradAttrs)],
    ] as const) {
      const result = { benchmark, case: `${tier} ${subject.case} ${pass}`, value: ours * 1e3, unit: 'ms' };
      report({ ...result, ratio: definition / ours, floor: 'definition' });
      if (floor && pass === 'forward') report({ ...result, ratio: floor / ours, floor: 'JavaScript loop' });
    }
  }
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

function time(op: Op, inputs: Inputs, attrs: object, device: WasmDevice): number {
  const ins: (Tensor | null)[] = named(op, inputs).map((n) => n && tensor(n.data, n.shape, { device }));
  return seconds(() => untracked(() => scope(() => void apply(op, ins, attrs))));
}

interface HeadSizes {
  readonly B: number;
  readonly T: number;
  readonly H: number;
  readonly K: number;
  readonly V: number;
}

/** Sizes that recurrences with a state [K,V] are measured at. */
export const headSizes: readonly HeadSizes[] = [
  { B: 4, T: 256, H: 2, K: 24, V: 24 },
  { B: 32, T: 64, H: 2, K: 24, V: 24 },
  { B: 2, T: 256, H: 4, K: 64, V: 64 },
  { B: 1, T: 512, H: 2, K: 128, V: 128 },
  { B: 8, T: 1, H: 4, K: 64, V: 64 },
];

export const label = ({ B, T, H, K, V }: HeadSizes): string => `B=${B} T=${T} H=${H} K=${K} V=${V}`;

/** The inputs of those names as a JavaScript loop holds them. */
export function arrays<N extends string>(inputs: Inputs, names: readonly N[]): Record<N, Float32Array> {
  return Object.fromEntries(names.map((name) => [name, Float32Array.from(inputs[name].data)])) as Record<
    N,
    Float32Array
  >;
}

/** A loop over the tokens of each head: `token` moves the state S [K,V] on, `at` counts tokens and heads. */
export function overTokens(
  { B, T, H, K, V }: HeadSizes,
  h0: Float32Array,
  token: (S: Float32Array, at: number) => void,
) {
  const S = new Float32Array(K * V);
  return (): void => {
    for (let b = 0; b < B; b++) {
      for (let h = 0; h < H; h++) {
        S.set(h0.subarray((b * H + h) * K * V, (b * H + h + 1) * K * V));
        for (let t = 0; t < T; t++) token(S, (b * T + t) * H + h);
      }
    }
  };
}
