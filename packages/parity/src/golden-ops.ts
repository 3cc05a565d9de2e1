// Ops under the names of the golden files: inputs and options by name in, outputs by name out.
import { scaledDotProductAttention } from '@twilljs/attention';
import type { JsonObject } from '@twilljs/hub';
import {
  adamw,
  clipGradNorm,
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
import { concat, OptionError, type Tensor, tensor, zeros } from '@twilljs/tensor';

type Named = Readonly<Record<string, Tensor>>;

/** One op as a golden file has it. */
interface GoldenOp {
  /** What no file may leave out. */
  readonly inputs: readonly string[];
  /** Absent optional inputs have no key. */
  run(ins: Named, attrs: JsonObject): Named;
}

/** A number among the options. @throws OptionError when it is missing and has no default. */
function number(attrs: JsonObject, name: string, fallback?: number): number {
  const value = attrs[name] ?? fallback;
  if (typeof value === 'number') return value;
  throw new OptionError(`attrs.${name} is ${JSON.stringify(value)} where a number is needed; correct the file.`);
}

/** A number among the options, or null. */
function numberOrNull(attrs: JsonObject, name: string): number | null {
  return (attrs[name] ?? null) === null ? null : number(attrs, name);
}

/** One of a few words among the options. */
function word<const W extends string | null>(attrs: JsonObject, name: string, words: readonly W[], fallback: W): W {
  const value = attrs[name] === undefined ? fallback : attrs[name];
  if (words.includes(value as W)) return value as W;
  throw new OptionError(
    `attrs.${name} is ${JSON.stringify(value)} where one of ${JSON.stringify(words)} is needed; correct the file.`,
  );
}

/** `name.0`, `name.1`, ... in order. */
function numbered(ins: Named, name: string): Tensor[] {
  const out: Tensor[] = [];
  while (`${name}.${out.length}` in ins) out.push(ins[`${name}.${out.length}`]);
  return out;
}

/** As many steps as there are gradients; the parameter after each, the moments after the last. */
function adamwSteps(ins: Named, attrs: JsonObject): Named {
  const beta1 = number(attrs, 'beta1');
  const beta2 = number(attrs, 'beta2');
  const constants = { beta1, beta2, eps: number(attrs, 'eps'), weight_decay: number(attrs, 'weight_decay') };
  const { device, shape } = ins.param;
  const param = ins.param.mul(1); // written in place, so on a copy
  const m = zeros(shape, { device });
  const v = zeros(shape, { device });
  const out: Record<string, Tensor> = {};
  const gradients = numbered(ins, 'grad');
  for (const [i, g] of gradients.entries()) {
    const step = i + 1;
    const hyper = tensor([number(attrs, 'lr'), 1 - beta1 ** step, 1 - beta2 ** step], [3], { device });
    adamw(param, g, m, v, hyper, constants);
    out[`param.${step}`] = param.mul(1);
  }
  return { ...out, [`m.${gradients.length}`]: m, [`v.${gradients.length}`]: v };
}

/** Gradients of several shapes, clipped as one flat one. */
function clip(ins: Named, attrs: JsonObject): Named {
  const parts = numbered(ins, 'grad');
  const flat = concat(
    parts.map((g) => g.reshape([g.size])),
    0,
  );
  const { grad, norm } = clipGradNorm(flat, number(attrs, 'max_norm'));
  const out: Record<string, Tensor> = { norm };
  let from = 0;
  for (const [i, g] of parts.entries()) {
    out[`grad.${i}`] = grad.slice(0, from, from + g.size).reshape(g.shape);
    from += g.size;
  }
  return out;
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
