// elementwise: a gated sum per channel (HGRN), in as many passes as the length has binary digits.
// B batch, T time, D width; derivation in README.md.
import { rangeIds, requireRanges } from '@twilljs/nn';
import { apply, concat, type Op, type Shape, ShapeError, type Tensor, zeros } from '@twilljs/tensor';
import { overRanges, timeOf } from '../ranges.ts';
import { agree } from '../shapes.ts';

/** y_t = a_t y_{t-1} + x_t from zero, over axis 1; with `back` y_t = a_t y_{t+1} + x_t. x and a are [B,T,D]. */
export function scan(x: Tensor, a: Tensor, back = false): Tensor {
  const T = x.shape[1];
  // x covers `span` tokens up to its own and a their decay; each pass joins it with the spans before it.
  let [y, decay] = [x, a];
  for (let span = 1; span < T; span *= 2) {
    const before = (s: Tensor) =>
      back ? s.slice(1, span, T).pad(1, 0, span) : s.slice(1, 0, T - span).pad(1, span, 0);
    y = decay.mul(before(y)).add(y);
    if (2 * span < T) decay = decay.mul(before(decay));
  }
  return y;
}

/** @throws ShapeError for what is no sequence of at least one token. */
function threeAxes(name: string, what: string, x: Shape): Shape {
  if (x.length !== 3) throw new ShapeError(`${name}: ${what} [${x}] is not [B,T,D]; reshape it.`);
  if (x[1] < 1) throw new ShapeError(`${name}: ${what} [${x}] holds no token; give at least one.`);
  return x;
}

/** The first token of [B,T,D], as [B,D]. */
const first = (x: Tensor): Tensor => x.slice(1, 0, 1).reshape([x.shape[0], x.shape[2]]);

/** The definition for rows of T. */
function ofRows([x, g, h0]: readonly Tensor[]): Tensor[] {
  const [B, T, D] = x.shape;
  const a = g.exp();
  const carried = h0 ? first(a).mul(h0).reshape([B, 1, D]) : null;
  const from = carried ? concat([x.slice(1, 0, 1).add(carried), x.slice(1, 1, T)], 1) : x;
  const y = scan(from, a); // [B,T,D]
  return [y, y.slice(1, T - 1, T).reshape([B, D])];
}

/** The definition of the gradient for rows of T. */
function gradOfRows([dy, dstate, g, h0, y]: readonly Tensor[]): Tensor[] {
  const [B, T, D] = g.shape;
  const { device } = g;
  const a = g.exp(); //                                                                    [B,T,D]
  const row = (x: Tensor) => x.reshape([B, 1, D]);
  const dlast = concat([dy.slice(1, 0, T - 1), dy.slice(1, T - 1, T).add(row(dstate))], 1);
  const after = a.slice(1, 1, T).pad(1, 0, 1);
  const dx = scan(dlast, after, true); //                                                  [B,T,D]
  const before = concat([row(h0 ?? zeros([B, D], { device })), y.slice(1, 0, T - 1)], 1);
  const through = a.mul(dx);
  return [dx, through.mul(before), h0 ? first(through) : zeros([0], { device })];
}

/** Gradients of elementwise; its outputs are its states, so nothing is run again. That of an absent h0 is [0]. */
export const elementwiseGradOp: Op<object> = {
  name: 'elementwiseGrad',
  inputs: ['dy', 'dstate', 'g', 'h0?', 'y', 'ranges?'],
  outputs: ['dx', 'dg', 'dh0'],
  ids: { 'ranges?': /* @__PURE__ */ rangeIds(2) },
  shape([dy, dstate, g, h0, y, ranges]) {
    const [B, T, D] = threeAxes('elementwiseGrad', 'g', g!);
    requireRanges('elementwiseGrad', ranges, g!);
    const { n } = timeOf(B, T, ranges);
    agree('elementwiseGrad', 'h0', h0, [n, D], 'g');
    agree('elementwiseGrad', 'dy', dy, g!, 'the output');
    agree('elementwiseGrad', 'y', y, g!, 'the output');
    agree('elementwiseGrad', 'dstate', dstate, [n, D], 'the final state');
    return [g!, g!, h0 ?? [0]];
  },
  define: (ins, attrs) => overRanges(elementwiseGradOp, gradOfRows, ins, attrs),
};

/** h_t = e^g_t h_(t-1) + x_t as an op: what `elementwise` applies. */
export const elementwiseOp: Op<object> = {
  name: 'elementwise',
  inputs: ['x', 'g', 'h0?', 'ranges?'],
  outputs: ['y', 'state'],
  ids: { 'ranges?': /* @__PURE__ */ rangeIds(0) },
  mayUpdate: { state: 'h0?' },
  reads: ['g', 'h0?', 'ranges?', 'y'],
  shape(ins) {
    const [x, g, h0, ranges] = ins as Shape[];
    const [B, T, D] = threeAxes('elementwise', 'x', x);
    requireRanges('elementwise', ranges, x);
    const { n } = timeOf(B, T, ranges);
    agree('elementwise', 'g', g, x, `x [${x}]`);
    agree('elementwise', 'h0', h0, [n, D], `x [${x}]${ranges ? ` with ranges [${ranges}]` : ''}`);
    return [x, [n, D]];
  },
  define: (ins, attrs) => overRanges(elementwiseOp, ofRows, ins, attrs),
  vjp([dy, dstate], [, g, h0, ranges], [y]) {
    const [dx, dg, dh0] = apply(elementwiseGradOp, [dy, dstate, g, h0, y, ranges], {});
    return [dx, dg, h0 ? dh0 : null, null];
  },
};

/**
 * A gated sum per channel: h_t = e^{g_t} h_{t-1} + x_t,  y_t = h_t.
 *
 * @param x [B,T,D]
 * @param g [B,T,D] natural log of the decay, at most 0.
 * @param h0 [n,D] the state before the first token of each sequence, or null for zeros.
 * @param ranges i32 [n,2] begin and end of n sequences in the flattened B T positions, ascending and disjoint; null for n = B rows.
 * @returns y [B,T,D], 0 outside the ranges, and the states [n,D] after the last tokens, which are the last y; an empty sequence keeps
 * its own.
 * @throws ShapeError when the inputs disagree or T is 0; OptionError for a range outside.
 * @see Qin, Yang, Zhong 2023, https://arxiv.org/abs/2311.04823, equation 3
 */
export function elementwise(
  x: Tensor,
  g: Tensor,
  h0: Tensor | null,
  ranges: Tensor | null = null,
): { y: Tensor; state: Tensor } {
  const [y, state] = apply(elementwiseOp, [x, g, h0, ranges], {});
  return { y, state };
}
