// One step of AdamW over a flat arena, in place.
import { apply, finite, knownOnly, type Op, ShapeError, sameShape, type Tensor } from '@twilljs/tensor';
import { requireEps, requireSame } from '../shape-rules.ts';

export interface AdamWAttrs {
  beta1: number;
  beta2: number;
  eps: number;
  weight_decay: number;
}

/** hyper = [lr, 1 - beta1^t, 1 - beta2^t] at step t = 1, 2, ...: what changes from step to step, formed in f64 on the host. */
const adamwOp: Op<AdamWAttrs> = {
  name: 'adamw',
  inputs: ['param', 'grad', 'm', 'v', 'hyper'],
  outputs: ['param', 'm', 'v'],
  updates: { param: 'param', m: 'm', v: 'v' },
  shape([param, grad, m, v, hyper], { beta1, beta2, eps, weight_decay }) {
    for (const [name, beta] of Object.entries({ beta1, beta2 })) {
      finite(`adamw: ${name}`, beta, 0, 1);
    }
    requireEps('adamw', eps);
    finite('adamw: weight_decay', weight_decay, 0);
    requireSame('adamw', 'grad', grad!, 'param', param!);
    requireSame('adamw', 'm', m!, 'param', param!);
    requireSame('adamw', 'v', v!, 'param', param!);
    if (!sameShape(hyper!, [3]))
      throw new ShapeError(`adamw: hyper [${hyper}] does not hold lr and the two bias corrections; give [3].`);
    return [param!, m!, v!];
  },
  cpu([param, grad, m, v, hyper], _updated, { beta1, beta2, eps, weight_decay }) {
    const [lr, correction1, correction2] = hyper.data;
    const rate = lr / correction1;
    const root = Math.sqrt(correction2);
    for (let i = 0; i < param.data.length; i++) {
      const g = grad.data[i];
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
 * @param param, grad, m, v of one shape; the moments start at 0.
 * @param hyper [3]: lr, 1 - b1^t, 1 - b2^t.
 * @throws ShapeError when the shapes differ; OptionError for settings out of range; UnsupportedOpError where a gradient through `param` is being recorded: call it inside `untracked`.
 * @see arXiv 1711.05101, algorithm 2.
 */
export function adamw(
  param: Tensor,
  grad: Tensor,
  m: Tensor,
  v: Tensor,
  hyper: Tensor,
  attrs: AdamWAttrs,
): { param: Tensor; m: Tensor; v: Tensor } {
  knownOnly('adamw', attrs, ['beta1', 'beta2', 'eps', 'weight_decay']);
  const [p, m1, v1] = apply(adamwOp, [param, grad, m, v, hyper], attrs);
  return { param: p, m: m1, v: v1 };
}
