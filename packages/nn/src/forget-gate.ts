// Forget gates as logarithms, and the bounds below them that the layers of a model share.
import { OptionError, type Tensor } from '@twilljs/tensor';
import { constant } from './initializer.ts';
import type { LayerContext, ModelContext } from './mixer.ts';
import { softmax } from './softmax/op.ts';

/** log(1 / (1 + e^-x)), exact on both sides; of any shape. */
export const logSigmoid = (x: Tensor): Tensor => x.neg().softplus().neg();

/** The `shared` of a family with such bounds: one row for each layer of the model, those of softmax attention included. */
export function sharedBounds(
  { use_lower_bound, hidden_size }: { readonly use_lower_bound: boolean; readonly hidden_size: number },
  { init, layers }: ModelContext,
): Readonly<Record<string, Tensor>> {
  return use_lower_bound ? { lower_bounds: constant(init.fork('lower_bounds'), [layers, hidden_size], 0) } : {};
}

/**
 * The table of bounds that a layer reads, of the whole model; null for layer 0, whose bound is 0 whichever mixer stands there.
 *
 * @param family For messages: `HGRN`, whose family is `hgrn`.
 * @throws OptionError where the model has none.
 */
export function lowerBounds(family: string, { layer, shared }: LayerContext): Tensor | null {
  if (layer === 0) return null;
  if (shared?.lower_bounds) return shared.lower_bounds;
  throw new OptionError(
    `${family}: layer ${layer} has a lower bound but no lower_bounds are shared; hand in what ${family.toLowerCase()}.shared makes.`,
  );
}

/**
 * The gate gamma + (1 - gamma) sigmoid(f): its logarithm, and what it leaves to the input, which keeps its digits where the
 * gate is near 1.
 *
 * @param f [..,D]
 * @param bounds [L,D], a row for every layer of the model: gamma of layer l is the sum of rows 1..l of their softmax over the
 * layers. Null for gamma = 0.
 * @returns both [..,D].
 */
export function forgetGate(f: Tensor, bounds: Tensor | null, layer: number): { log: Tensor; complement: Tensor } {
  const g = f.neg();
  if (!bounds) return { log: logSigmoid(f), complement: g.sigmoid() };
  const shares = softmax(bounds.permute([1, 0])); //            [D,L]
  const gamma = shares.slice(1, 1, layer + 1).sum(-1); //       [D]
  return {
    log: g.add(gamma.log()).softplus().sub(g.softplus()),
    complement: g.sigmoid().mul(gamma.neg().add(1)),
  };
}
