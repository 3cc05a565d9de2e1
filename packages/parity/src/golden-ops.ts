// Ops under the names of the golden files: inputs and options by name in, outputs by name out.
import { scaledDotProductAttention } from '@twilljs/attention';
import type { JsonObject } from '@twilljs/hub';
import {
  crossEntropy,
  embedding,
  gatedRmsNorm,
  l2Norm,
  layerNorm,
  linear,
  linearCrossEntropy,
  logSumExp,
  rmsNorm,
  rope,
  shortConv,
  softmax,
  swiglu,
} from '@twilljs/nn';
import { elementwise, scalarDecay, scalarDelta, vectorDecay, vectorDelta } from '@twilljs/scan';
import { OptionError } from '@twilljs/tensor';
import { type Named, number, numberOrNull, word } from './golden-attrs.ts';
import { adamwSteps, clip, muonSteps } from './golden-steps.ts';

/** One op as a golden file has it. */
interface GoldenOp {
  /** What no file may leave out. */
  readonly inputs: readonly string[];
  /** Absent optional inputs have no key. */
  run(ins: Named, attrs: JsonObject): Named;
}

/** Every op that golden files are made for and that can be replayed. */
export const goldenOps: Readonly<Record<string, GoldenOp>> = {
  linear: {
    inputs: ['x', 'weight'],
    run: ({ x, weight, bias }) => ({ y: linear(x, weight, bias ?? null) }),
  },
  embedding: {
    inputs: ['weight', 'ids'],
    run: ({ weight, ids }) => ({ y: embedding(weight, ids) }),
  },
  rmsNorm: {
    inputs: ['x'],
    run: ({ x, weight }, attrs) => ({ y: rmsNorm(x, weight ?? null, number(attrs, 'eps')) }),
  },
  gatedRmsNorm: {
    inputs: ['x', 'gate'],
    run: ({ x, gate, weight }, attrs) => ({
      y: gatedRmsNorm(
        x,
        gate,
        weight ?? null,
        number(attrs, 'eps'),
        word(attrs, 'activation', ['silu', 'sigmoid'], 'silu'),
      ),
    }),
  },
  l2Norm: {
    inputs: ['x'],
    run: ({ x }, attrs) => ({ y: l2Norm(x, number(attrs, 'eps', 1e-6)) }),
  },
  layerNorm: {
    inputs: ['x'],
    run: ({ x, weight, bias }, attrs) => ({
      y: layerNorm(x, weight ?? null, bias ?? null, number(attrs, 'eps')),
    }),
  },
  swiglu: {
    inputs: ['gate', 'up'],
    run: ({ gate, up }) => ({ y: swiglu(gate, up) }),
  },
  softmax: {
    inputs: ['x'],
    run: ({ x }) => ({ y: softmax(x) }),
  },
  logSumExp: {
    inputs: ['x'],
    run: ({ x }) => ({ y: logSumExp(x) }),
  },
  crossEntropy: {
    inputs: ['logits', 'labels'],
    run: ({ logits, labels }) => ({ loss: crossEntropy(logits, labels) }),
  },
  linearCrossEntropy: {
    inputs: ['x', 'weight', 'labels'],
    run: ({ x, weight, labels }) => ({ loss: linearCrossEntropy(x, weight, labels) }),
  },
  shortConv: {
    inputs: ['x', 'weight'],
    run: ({ x, weight, bias, h0 }, attrs) => ({
      ...shortConv(x, weight, bias ?? null, h0 ?? null, word(attrs, 'activation', ['silu', null], 'silu')),
    }),
  },
  rope: {
    inputs: ['x'],
    run: ({ x }, attrs) => ({ y: rope(x, { base: number(attrs, 'base'), offset: number(attrs, 'offset', 0) }) }),
  },
  attention: {
    inputs: ['q', 'k', 'v'],
    run: ({ q, k, v }, attrs) => ({
      y: scaledDotProductAttention(q, k, v, { scale: number(attrs, 'scale'), window: numberOrNull(attrs, 'window') }),
    }),
  },
  elementwise: {
    inputs: ['x', 'g'],
    run: ({ x, g, h0 }) => ({ ...elementwise(x, g, h0 ?? null) }),
  },
  scalarDecay: {
    inputs: ['q', 'k', 'v', 'g'],
    run: ({ q, k, v, g, h0 }, attrs) => ({
      ...scalarDecay(q, k, v, g, h0 ?? null, { scale: number(attrs, 'scale') }),
    }),
  },
  scalarDelta: {
    inputs: ['q', 'k', 'v', 'beta'],
    run: ({ q, k, v, g, beta, h0 }, attrs) => ({
      ...scalarDelta(q, k, v, g ?? null, beta, h0 ?? null, { scale: number(attrs, 'scale') }),
    }),
  },
  vectorDecay: {
    inputs: ['q', 'k', 'v', 'g'],
    run: ({ q, k, v, g, h0 }, attrs) => ({
      ...vectorDecay(q, k, v, g, h0 ?? null, { scale: number(attrs, 'scale') }),
    }),
  },
  vectorDelta: {
    inputs: ['q', 'k', 'v', 'g', 'beta'],
    run: ({ q, k, v, g, beta, h0 }, attrs) => ({
      ...vectorDelta(q, k, v, g, beta, h0 ?? null, { scale: number(attrs, 'scale') }),
    }),
  },
  adamw: {
    inputs: ['param', 'grad.0'],
    run: adamwSteps,
  },
  muon: {
    inputs: ['param', 'grad.0'],
    run: muonSteps,
  },
  clipGradNorm: {
    inputs: ['grad.0'],
    run: clip,
  },
};

/**
 * Runs an op on what a golden file holds.
 *
 * @throws OptionError when the file lacks an input.
 */
export function runGoldenOp(op: string, ins: Named, attrs: JsonObject): Named {
  const { inputs, run } = goldenOps[op];
  const missing = inputs.find((name) => !(name in ins));
  if (missing === undefined) return run(ins, attrs);
  throw new OptionError(`${op}: the file has no in.${missing}, and needs ${inputs.join(', ')}; write it again.`);
}
