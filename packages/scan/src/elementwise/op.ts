// elementwise: a gated sum per channel (HGRN), in as many passes as the length has binary digits.
// B batch, T time, D width; derivation in README.md.
import { apply, concat, type Op, type Shape, ShapeError, type Tensor, zeros } from '@twilljs/tensor';
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

/** Gradients of elementwise; its outputs are its states, so nothing is run again. That of an absent h0 is [0]. */
export const elementwiseGradOp: Op<object> = {
  name: 'elementwiseGrad',
  inputs: ['dy', 'dstate', 'g', 'h0?', 'y'],
  outputs: ['dx', 'dg', 'dh0'],
  shape([dy, dstate, g, h0, y]) {
    const [B, , D] = threeAxes('elementwiseGrad', 'g', g!);
    agree('elementwiseGrad', 'h0', h0, [B, D], 'g');
    agree('elementwiseGrad', 'dy', dy, g!, 'the output');
    agree('elementwiseGrad', 'y', y, g!, 'the output');
    agree('elementwiseGrad', 'dstate', dstate, [B, D], 'the final state');
    return [g!, g!, h0 ?? [0]];
  },
  define([dy, dstate, g, h0, y]) {
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
  },
};

export const elementwiseOp: Op<object> = {
  name: 'elementwise',
  inputs: ['x', 'g', 'h0?'],
  outputs: ['y', 'state'],
  mayUpdate: { state: 'h0?' },
  reads: ['g', 'h0?', 'y'],
  shape(ins) {
    const [x, g, h0] = ins as Shape[];
    const [B, , D] = threeAxes('elementwise', 'x', x);
    agree('elementwise', 'g', g, x, `x [${x}]`);
    agree('elementwise', 'h0', h0, [B, D], `x [${x}]`);
    return [x, [B, D]];
  },
  define([x, g, h0]) {
    const [B, T, D] = x.shape;
    const a = g.exp();
    const carried = h0 ? first(a).mul(h0).reshape([B, 1, D]) : null;
    const from = carried ? concat([x.slice(1, 0, 1).add(carried), x.slice(1, 1, T)], 1) : x;
    const y = scan(from, a); // [B,T,D]
    return [y, y.slice(1, T - 1, T).reshape([B, D])];
  },
  vjp([dy, dstate], [, g, h0], [y]) {
    const [dx, dg, dh0] = apply(elementwiseGradOp, [dy, dstate, g, h0, y], {});
    return [dx, dg, h0 ? dh0 : null];
  },
};

/**
 * A gated sum per channel: h_t = e^{g_t} h_{t-1} + x_t,  y_t = h_t.
 *
 * @param x [B,T,D]
 * @param g [B,T,D] natural log of the decay, at most 0.
 * @param h0 [B,D] the state before the first token, or null for zeros.
 * @returns y [B,T,D] and the state [B,D] after the last token, which is the last y.
 * @throws ShapeError when the inputs disagree or T is 0.
 * @see Qin, Yang, Zhong 2023, https://arxiv.org/abs/2311.04823, equation 3
 */
export function elementwise(x: Tensor, g: Tensor, h0: Tensor | null): { y: Tensor; state: Tensor } {
  const [y, state] = apply(elementwiseOp, [x, g, h0], {});
  return { y, state };
}
