// Goldens of what moves parameters: several steps of an optimiser, and clipping.
import type { JsonObject } from '@twilljs/hub';
import { adamwUpdate, adjustLrFns, clipGradNorm, muonUpdate } from '@twilljs/nn';
import { concat, type Tensor, tensor, zeros } from '@twilljs/tensor';
import { type Named, number, numbered, word } from './golden-attrs.ts';

/** As many steps as there are gradients; the parameter after each, the moments after the last. */
export function adamwSteps(ins: Named, attrs: JsonObject): Named {
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
    adamwUpdate(param, g, m, v, hyper, constants);
    out[`param.${step}`] = param.mul(1);
  }
  return { ...out, [`m.${gradients.length}`]: m, [`v.${gradients.length}`]: v };
}

/** As many steps as there are gradients; the matrix after each, the momentum after the last. */
export function muonSteps(ins: Named, attrs: JsonObject): Named {
  const { device, shape } = ins.param;
  const param = ins.param.mul(1); // written in place, so on a copy
  const m = zeros(shape, { device });
  const hyper = tensor([number(attrs, 'lr'), 0, 0], [3], { device });
  const constants = {
    momentum: number(attrs, 'momentum'),
    nesterov: word(attrs, 'nesterov', [true, false], true),
    weight_decay: number(attrs, 'weight_decay'),
    adjust_lr_fn: word(attrs, 'adjust_lr', adjustLrFns, 'original'),
    ns: {
      steps: number(attrs, 'ns_steps'),
      coefficients: attrs.ns_coefficients as readonly number[],
      eps: number(attrs, 'eps'),
    },
  };
  const out: Record<string, Tensor> = {};
  const gradients = numbered(ins, 'grad');
  for (const [i, g] of gradients.entries()) {
    muonUpdate(param, g, m, hyper, constants);
    out[`param.${i + 1}`] = param.mul(1);
  }
  return { ...out, [`m.${gradients.length}`]: m };
}

/** Gradients of several shapes, clipped as one flat one. */
export function clip(ins: Named, attrs: JsonObject): Named {
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
