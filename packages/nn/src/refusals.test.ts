// What ops say to inputs that do not fit.
import { cpu, type Device, parameter, tensor, zeros } from '@twilljs/tensor';
import { wasm } from '@twilljs/wasm';
import { expect, it } from 'vitest';
import { forgetGate } from './forget-gate/forget-gate.ts';
import {
  adamwUpdate,
  addRmsNormLinears,
  crossEntropy,
  gatedRmsNorm,
  l2Norms,
  layerNorm,
  linear,
  rmsNorm,
  rope,
  rotary,
  shortConv,
  shortConvs,
  softmax,
  swiglu,
  swigluLinear,
} from './ops.ts';
import { kernels } from './wasm.ts';

function message(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return `${error}`;
  }
  return 'accepted';
}

it('shapes', () => {
  const of = (...shape: number[]) => zeros(shape);
  const settings = { beta1: 0.9, beta2: 0.95, eps: 1e-8, weight_decay: 0 };
  expect(
    [
      () => linear(of(2, 3), of(5, 4)),
      () => linear(of(2, 3), of(5, 3), of(3)),
      () => rmsNorm(of(2, 3), of(2), 1e-6),
      () => rmsNorm(of(), null, 1e-6),
      () => gatedRmsNorm(of(2, 3), of(2, 4), null, 1e-6),
      () => forgetGate(of(2, 3), of(4, 1), 2),
      () => l2Norms(of(2, 3), of(2, 4)),
      () => layerNorm(of(2, 3), null, of(3, 1), 1e-6),
      () => swiglu(of(2, 3), of(3, 2)),
      () => addRmsNormLinears(of(2, 3), of(2, 4), of(3), [of(4, 3)], 1e-6),
      () => addRmsNormLinears(of(2, 3), of(2, 3), of(3), [of(4, 3), of(3, 4)], 1e-6),
      () => swigluLinear(of(2, 3), of(3, 2), of(4, 3)),
      () => swigluLinear(of(2, 3), of(2, 3), of(3, 4)),
      () => softmax(of()),
      () => crossEntropy(of(4, 5), tensor(new Int32Array(5), [5])),
      () => shortConv(of(2, 3), of(3, 4)),
      () => shortConv(of(2, 5, 3), of(4, 4)),
      () => shortConv(of(2, 5, 3), of(3, 4), of(4)),
      () => shortConv(of(2, 5, 3), of(3, 4), null, of(2, 4, 3)),
      () => shortConvs([of(2, 5, 3), of(2, 4, 3), of(2, 5, 3)], [of(3, 4), of(3, 4), of(3, 4)]),
      () => shortConvs([of(2, 5, 3), of(2, 5, 3), of(2, 5, 3)], [of(3, 4), of(3, 2), of(3, 4)]),
      () => shortConvs([of(2, 5, 3), of(2, 5, 3), of(2, 5, 3)], [of(3, 4), of(3, 4), of(3)]),
      () => rope(of(1, 2, 3, 5), { base: 1e4 }),
      () => rotary(of(1, 2, 3, 4), { cos: of(2, 2), sin: of(3, 2) }),
      () => adamwUpdate(of(3), of(3), of(3), of(2), of(3), settings),
      () => adamwUpdate(of(3), of(3), of(3), of(3), of(1), settings),
      () => adamwUpdate(parameter(of(3)), of(3), of(3), of(3), of(3), settings),
    ].map(message),
  ).toMatchInlineSnapshot(`
    [
      "ShapeError: linear: x [2,3] and weight [5,4] do not fit; the weight must be [O,3].",
      "ShapeError: linear: bias [3] does not fit weight [5,3]; give [5].",
      "ShapeError: rmsNorm: weight [2] does not fit the last axis of x [2,3]; give [3].",
      "ShapeError: rmsNorm: x is a single number without axes; give at least one axis.",
      "ShapeError: gatedRmsNorm: gate [2,4] and x [2,3] differ; give gate the shape of x.",
      "ShapeError: forgetGate: odds [1] does not fit the last axis of f [2,3]; give [3].",
      "ShapeError: l2Norms: q [2,3] and k [2,4] differ in their last axis; give vectors of one size.",
      "ShapeError: layerNorm: bias [3,1] does not fit the last axis of x [2,3]; give [3].",
      "ShapeError: swiglu: up [3,2] and gate [2,3] differ; give up the shape of gate.",
      "ShapeError: addRmsNormLinears: branch [2,4] and x [2,3] differ; give branch the shape of x.",
      "ShapeError: addRmsNormLinears: x [2,3] and weight [3,4] do not fit; the weight must be [O,3].",
      "ShapeError: swigluLinear: up [3,2] and gate [2,3] differ; give up the shape of gate.",
      "ShapeError: swigluLinear: x [2,3] and weight [3,4] do not fit; the weight must be [O,3].",
      "ShapeError: softmax: x is a single number without axes; give at least one axis.",
      "ShapeError: crossEntropy: labels [5] and the rows of logits [4] differ; give labels the shape of the rows of logits.",
      "ShapeError: shortConv: x [2,3] and weight [3,4] are not [B,T,D] and [D,W]; give one filter per channel.",
      "ShapeError: shortConv: x [2,5,3] and weight [4,4] are not [B,T,D] and [D,W]; give one filter per channel.",
      "ShapeError: shortConv: bias [4] does not fit x [2,5,3]; give [3].",
      "ShapeError: shortConv: h0 [2,4,3] does not hold W-1 inputs of x [2,5,3]; give [2,3,3].",
      "ShapeError: shortConvs: q [2,5,3], k [2,4,3] and v [2,5,3] differ in their first two sizes; give one B and T.",
      "ShapeError: shortConvs: weights [3,4], [3,2] and [3,4] differ in their width; give filters of one W.",
      "ShapeError: shortConv: x [2,5,3] and weight [3] are not [B,T,D] and [D,W]; give one filter per channel.",
      "ShapeError: rope: heads of D=5 have no halves to turn; give an even size.",
      "ShapeError: rotary: tables [2,2] and [3,2] do not fit x [1,2,3,4]; give [2,2] or [1,2,2] each.",
      "ShapeError: adamw: v [2] and param [3] differ; give v the shape of param.",
      "ShapeError: adamw: hyper [1] does not hold lr and the two bias corrections; give [3].",
      "UnsupportedOpError: adamw: it writes its param, m, v in place while a gradient is being recorded; call it inside untracked().",
    ]
  `);
});

it('labels that are no class', async () => {
  const messages = (device: Device) =>
    [9, 12].map((label) =>
      message(() => crossEntropy(zeros([2, 9], { device }), tensor(Int32Array.from([0, label]), [2], { device }))),
    );
  expect([...messages(cpu()), ...messages(await wasm({ kernels }))]).toMatchInlineSnapshot(`
    [
      "OptionError: crossEntropy: label 9 lies outside 9 classes; use 0..8, or -100 for none.",
      "OptionError: crossEntropy: label 12 lies outside 9 classes; use 0..8, or -100 for none.",
      "OptionError: crossEntropy: label 9 lies outside 9 classes; use 0..8, or -100 for none.",
      "OptionError: crossEntropy: label 12 lies outside 9 classes; use 0..8, or -100 for none.",
    ]
  `);
});
