// One step of Muon for a matrix, in place.
import {
  apply,
  finite,
  flag,
  knownOnly,
  type Op,
  oneOf,
  requireTensor,
  ShapeError,
  sameShape,
  type Tensor,
} from '@twilljs/tensor';
import { requireSame } from '../shape-rules.ts';
import { type NewtonSchulzOptions, newtonSchulz, requireMatrix } from './newton-schulz.ts';

/** How the learning rate follows the shape of a matrix. */
export const adjustLrFns = ['original', 'match_rms_adamw'] as const;

/** Settings of a step of Muon. */
export interface MuonAttrs {
  momentum: number;
  nesterov: boolean;
  weight_decay: number;
  adjust_lr_fn: (typeof adjustLrFns)[number];
  ns?: NewtonSchulzOptions;
  /** Factor of the learning rate. Default 1. */
  lr?: number;
  /** Factor of the gradient: of a sum over n parts of a batch, 1 / n. Default 1. */
  scale?: number;
}

export interface MomentumAttrs {
  momentum: number;
  nesterov: boolean;
  scale: number;
}

export const muonMomentumOp: Op<MomentumAttrs> = {
  name: 'muonMomentum',
  inputs: ['grad', 'm', 'factor?'],
  outputs: ['m', 'y'],
  updates: { m: 'm' },
  shape([grad, m, factor], { momentum, nesterov, scale }) {
    finite('muonMomentum: momentum', momentum, 0, 1);
    flag('muonMomentum: nesterov', nesterov);
    finite('muonMomentum: scale', scale, 0);
    requireSame('muonMomentum', 'm', m!, 'grad', grad!);
    if (factor) requireSame('muonMomentum', 'factor', factor, 'a single number', []);
    return [m!, m!];
  },
  cpu([grad, m, factor], [, y], { momentum, nesterov, scale }) {
    const by = factor ? factor.data[0] : 1;
    if (Number.isNaN(by)) return void y.data.fill(0);
    const scaled = grad.data.map((g) => g * scale); // rounded, as the product of two tensors is
    const gradient = scaled.map((g) => g * by);
    for (let i = 0; i < m.data.length; i++) {
      const share = (1 - momentum) * gradient[i];
      m.data[i] = momentum * m.data[i] + share;
      y.data[i] = nesterov ? momentum * m.data[i] + share : m.data[i];
    }
  },
};

export interface MoveAttrs {
  weight_decay: number;
  lr: number;
  /** Of the step, but not of the decay. */
  ratio: number;
}

export const muonMoveOp: Op<MoveAttrs> = {
  name: 'muonMove',
  inputs: ['param', 'y', 'hyper', 'count?', 'factor?'],
  outputs: ['param'],
  ids: { 'count?': () => ({ below: 2 ** 31, of: 'updates' }) },
  updates: { param: 'param' },
  shape([param, y, hyper, count, factor], { weight_decay, lr, ratio }) {
    finite('muonMove: weight_decay', weight_decay, 0);
    finite('muonMove: lr', lr, 0);
    finite('muonMove: ratio', ratio, 0);
    requireSame('muonMove', 'y', y!, 'param', param!);
    const rows = count ? [2, 3] : [3];
    if (!sameShape(hyper!, rows))
      throw new ShapeError(`muonMove: hyper [${hyper}] does not begin with lr as that of adamw; give [${rows}].`);
    if (count) requireSame('muonMove', 'count', count, 'one number', [1]);
    if (factor) requireSame('muonMove', 'factor', factor, 'a single number', []);
    return [param!];
  },
  cpu([param, y, hyper, count, factor], _, { weight_decay, lr, ratio }) {
    if (factor && Number.isNaN(factor.data[0])) return;
    const own = lr * hyper.data[count ? 3 * (count.data[0] % 2) : 0];
    for (let i = 0; i < param.data.length; i++) {
      param.data[i] = param.data[i] * (1 - own * weight_decay) - own * ratio * y.data[i];
    }
  },
};

/** sqrt(max(1, A / B)), as Muon's author has it; or 0.2 sqrt(max(A, B)), by which a step is as long as one of AdamW. */
function ratioOf([rows, columns]: readonly number[], adjust: MuonAttrs['adjust_lr_fn']): number {
  return adjust === 'original' ? Math.sqrt(Math.max(1, rows / columns)) : 0.2 * Math.sqrt(Math.max(rows, columns));
}

/**
 * One step of Muon, as PyTorch's; writes param and m in place.
 *
 * m = mu m + (1 - mu) g, y = m or with Nesterov mu m + (1 - mu) g, p = (1 - lr wd) p - lr r orthogonal(y), where r follows the shape.
 *
 * @param param [A,B]
 * @param grad [A,B]
 * @param m [A,B], starts at 0.
 * @param hyper as that of `adamwUpdate`, of which the learning rate is read.
 * @param count as that of `adamwUpdate`.
 * @param factor as that of `adamwUpdate`.
 * @throws ShapeError for what is no matrix, or when the shapes differ; OptionError for settings out of range; UnsupportedOpError
 * where a gradient through `param` is being recorded: call it inside `untracked`.
 * @see torch.optim.Muon of PyTorch 2.9; arXiv 2502.16982 for `match_rms_adamw`.
 */
export function muonUpdate(
  param: Tensor,
  grad: Tensor,
  m: Tensor,
  hyper: Tensor,
  attrs: MuonAttrs,
  count: Tensor | null = null,
  factor: Tensor | null = null,
): { param: Tensor; m: Tensor } {
  knownOnly('muon', attrs, ['momentum', 'nesterov', 'weight_decay', 'adjust_lr_fn', 'ns', 'lr', 'scale']);
  const { momentum, nesterov, weight_decay, adjust_lr_fn, ns, lr = 1, scale = 1 } = attrs;
  requireTensor('muon', 'param', param);
  requireMatrix('muon', param.shape);
  oneOf('muon: adjust_lr_fn', adjust_lr_fn, adjustLrFns);
  const ratio = ratioOf(param.shape, adjust_lr_fn);
  const [m1, y] = apply(muonMomentumOp, [grad, m, factor], { momentum, nesterov, scale });
  const [p1] = apply(muonMoveOp, [param, newtonSchulz(y, ns), hyper, count, factor], { weight_decay, lr, ratio });
  return { param: p1, m: m1 };
}
