// A forget gate as a logarithm, and what it leaves to the input.
import type { Op } from '@twilljs/tensor';
import { applyBackward, backwardOf } from '../backward.ts';
import { logSigmoid } from '../log-sigmoid/op.ts';
import { requireVector } from '../shape-rules.ts';

/**
 * log(gamma + (1 - gamma) sigmoid(f)) and (1 - gamma) sigmoid(-f), of f [..,D].
 *
 * odds [D] are log((1 - gamma) / gamma), which are exact to the last digits where gamma itself has been rounded to 0 or 1:
 * log gamma = -softplus(odds), 1 - gamma = sigmoid(odds). Without them gamma is 0.
 */
export const forgetGateOp: Op<null> = {
  name: 'forgetGate',
  inputs: ['f', 'odds?'],
  outputs: ['log', 'complement'],
  shape([f, odds]) {
    requireVector('forgetGate', 'odds', odds, f!, 'f');
    return [f!, f!];
  },
  define([f, odds]) {
    const g = f.neg();
    if (!odds) return [logSigmoid(f), g.sigmoid()];
    // sigmoid(odds) as e^ of its logarithm, whose slope keeps its digits where the sigmoid is near 1.
    return [g.sub(odds.softplus()).softplus().sub(g.softplus()), g.sigmoid().mul(logSigmoid(odds).exp())];
  },
  vjp: (dys, ins, _outs, attrs) => applyBackward(forgetGateGradOp, forgetGateOp, dys, ins, attrs),
};

const forgetGateGradOp: Op<null> = /* @__PURE__ */ backwardOf(forgetGateOp);
