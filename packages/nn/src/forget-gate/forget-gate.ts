// Forget gates as logarithms, and the bounds below them that the layers of a model share.
import { apply, concat, OptionError, requireTensor, type Tensor, whole } from '@twilljs/tensor';
import { constant } from '../initializer.ts';
import { logSumExp } from '../log-sum-exp/op.ts';
import type { LayerContext, ModelContext } from '../mixer.ts';
import { forgetGateOp } from './op.ts';

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
  const [log, complement] = apply(forgetGateOp, [f, bounds === null ? null : oddsBelowOne(bounds, layer)], null);
  return { log, complement };
}

/** log((1 - gamma) / gamma) [D]. */
function oddsBelowOne(bounds: Tensor, layer: number): Tensor {
  requireTensor('forgetGate', 'the table of bounds', bounds);
  whole('forgetGate: layer', layer, 1, bounds.shape[0] - 1);
  const rows = bounds.permute([1, 0]); //                                        [D,L]
  const [, L] = rows.shape;
  const first = rows.slice(1, 0, 1);
  const above = layer + 1 < L ? concat([first, rows.slice(1, layer + 1, L)], 1) : first; // [D,L-layer]
  return logSumExp(above).sub(logSumExp(rows.slice(1, 1, layer + 1)));
}
