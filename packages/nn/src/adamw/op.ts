// One step of AdamW over a flat arena, in place, and the counter of such steps.
import { apply, finite, knownOnly, type Op, ShapeError, sameShape, type Tensor } from '@twilljs/tensor';
import { requireEps, requireSame } from '../shape-rules.ts';

/** Settings of a step of AdamW. */
export interface AdamWAttrs {
  beta1: number;
  beta2: number;
  eps: number;
  weight_decay: number;
  /** Factor of the learning rate. Default 1. */
  lr?: number;
  /** Factor of the gradient: of a sum over n parts of a batch, 1 / n. Default 1. */
  scale?: number;
}

/** hyper = [lr, 1 - beta1^t, 1 - beta2^t] at step t = 1, 2, ...: what changes from step to step, formed in f64 on the host. */
export const adamwOp: Op<AdamWAttrs> = {
  name: 'adamw',
  inputs: ['param', 'grad', 'm', 'v', 'hyper', 'count?', 'factor?'],
  outputs: ['param', 'm', 'v'],
  ids: { 'count?': () => ({ below: 2 ** 31, of: 'updates' }) },
  updates: { param: 'param', m: 'm', v: 'v' },
  shape([param, grad, m, v, hyper, count, factor], { beta1, beta2, eps, weight_decay, lr = 1, scale = 1 }) {
    for (const [name, beta] of Object.entries({ beta1, beta2 })) {
      finite(`adamw: ${name}`, beta, 0, 1);
    }
    requireEps('adamw', eps);
    finite('adamw: weight_decay', weight_decay, 0);
    finite('adamw: lr', lr, 0);
    finite('adamw: scale', scale, 0);
    requireSame('adamw', 'grad', grad!, 'param', param!);
    requireSame('adamw', 'm', m!, 'param', param!);
    requireSame('adamw', 'v', v!, 'param', param!);
    const rows = count ? [2, 3] : [3];
    if (!sameShape(hyper!, rows))
      throw new ShapeError(`adamw: hyper [${hyper}] does not hold lr and the two bias corrections; give [${rows}].`);
    if (count) requireSame('adamw', 'count', count, 'one number', [1]);
    if (factor) requireSame('adamw', 'factor', factor, 'a single number', []);
    return [param!, m!, v!];
  },
  cpu(
    [param, grad, m, v, hyper, count, factor],
    _updated,
    { beta1, beta2, eps, weight_decay, lr: own = 1, scale = 1 },
  ) {
    const by = factor ? factor.data[0] : 1;
    if (Number.isNaN(by)) return;
    const [given, correction1, correction2] = hyper.data.subarray(count ? 3 * (count.data[0] % 2) : 0);
    const lr = own * given;
    const rate = lr / correction1;
    const root = Math.sqrt(correction2);
    const scaled = grad.data.map((g) => g * scale); // rounded, as the product of two tensors is
    const gradient = scaled.map((g) => g * by);
    for (let i = 0; i < param.data.length; i++) {
      const g = gradient[i];
      m.data[i] = beta1 * m.data[i] + (1 - beta1) * g;
      v.data[i] = beta2 * v.data[i] + (1 - beta2) * g * g;
      param.data[i] =
        param.data[i] * (1 - lr * weight_decay) - (rate * m.data[i]) / (Math.sqrt(v.data[i]) / root + eps);
    }
  },
};

/**
 * One step of Adam with decoupled weight decay, as PyTorch's AdamW; writes param, m and v in place.
 *
 * p = (1 - lr wd) p, m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, p -= lr / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps).
 *
 * @param param of any shape, which the gradient and the moments have too.
 * @param grad of `param`.
 * @param m first moment; starts at 0.
 * @param v second moment; starts at 0.
 * @param hyper [3]: lr, 1 - b1^t, 1 - b2^t. With a count [2,3]: a row for each of two counts that follow each other.
 * @param count i32 [1]: updates done, of which the parity chooses the row.
 * @param factor [], of the gradient: where it is no number nothing moves.
 * @throws ShapeError when the shapes differ; OptionError for settings out of range; UnsupportedOpError where a gradient through `param` is being recorded: call it inside `untracked`.
 * @see arXiv 1711.05101, algorithm 2.
 */
export function adamwUpdate(
  param: Tensor,
  grad: Tensor,
  m: Tensor,
  v: Tensor,
  hyper: Tensor,
  attrs: AdamWAttrs,
  count: Tensor | null = null,
  factor: Tensor | null = null,
): { param: Tensor; m: Tensor; v: Tensor } {
  knownOnly('adamw', attrs, ['beta1', 'beta2', 'eps', 'weight_decay', 'lr', 'scale']);
  const [p, m1, v1] = apply(adamwOp, [param, grad, m, v, hyper, count, factor], attrs);
  return { param: p, m: m1, v: v1 };
}

export const advanceOp: Op<null> = {
  name: 'advance',
  inputs: ['count', 'factor?'],
  outputs: ['count'],
  ids: { count: () => ({ below: 2 ** 31, of: 'updates' }) },
  updates: { count: 'count' },
  shape([count, factor]) {
    requireSame('advance', 'count', count!, 'one number', [1]);
    if (factor) requireSame('advance', 'factor', factor, 'a single number', []);
    return [count!];
  },
  cpu([count, factor]) {
    if (!factor || !Number.isNaN(factor.data[0])) count.data[0]++;
  },
};

/** Counts an update: `count` i32 [1] += 1, in place, unless there is a `factor` [] that is no number, by which `adamwUpdate` moved nothing. */
export function advance(count: Tensor, factor: Tensor | null = null): Tensor {
  return apply(advanceOp, [count, factor], null)[0];
}
