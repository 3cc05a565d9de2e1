// Every kernel of the package with its units cut in every way, in both tiers: the same bits.
import { type Op, type Shape, size } from '@twilljs/tensor';
import { type Numbers, noise } from '@twilljs/tensor/testing';
import { cutChecks } from '@twilljs/wasm/testing';
import { describe, it } from 'vitest';
import { adamwOp, advanceOp } from './adamw/op.ts';
import { addRmsNormOp } from './add-rms-norm/op.ts';
import { addRmsNormLinearsOp } from './add-rms-norm-linears/op.ts';
import { clipGradNormOp } from './clip-grad-norm/op.ts';
import { crossEntropyOp } from './cross-entropy/op.ts';
import { forgetGateOp } from './forget-gate/op.ts';
import { gatedRmsNormOp } from './gated-rms-norm/op.ts';
import { gdnGateOp } from './gdn-gate/op.ts';
import { l2NormOp } from './l2-norm/op.ts';
import { l2NormsOp } from './l2-norms/op.ts';
import { layerNormOp } from './layer-norm/op.ts';
import { linearsOp } from './linear/op.ts';
import { logProbsOp } from './log-probs/op.ts';
import { logSigmoidOp } from './log-sigmoid/op.ts';
import { logSumExpOp } from './log-sum-exp/op.ts';
import { muonMomentumOp, muonMoveOp } from './muon/op.ts';
import { normalCdfOp } from './normal-cdf/op.ts';
import { rmsNormOp } from './rms-norm/op.ts';
import { rotariesOp } from './rotaries/op.ts';
import { rotaryOp } from './rotary/op.ts';
import { packSequencesOp, padSequencesOp } from './sequences/op.ts';
import { shortConvOp } from './short-conv/op.ts';
import { shortConvsOp } from './short-convs/op.ts';
import { siluOp } from './silu/op.ts';
import { softmaxOp } from './softmax/op.ts';
import { swigluOp } from './swiglu/op.ts';
import { swigluLinearOp } from './swiglu-linear/op.ts';
import { kernels } from './wasm.ts';

type Inputs = Record<string, Numbers>;

const floats = (shape: Shape, seed = 1): Numbers => ({ shape, data: noise(size(shape), seed).map((x) => 3 * x) });
const ids = (shape: Shape, data: number[]): Numbers => ({ shape, data, dtype: 'i32' });
/** Sequences that begin and end within blocks, an empty one, and gaps, in P positions. */
const ranges = (P: number) => ids([4, 2], [0, 1, P >> 2, P - 3, P - 3, P - 3, P - 2, P - 1]);
const factor: Numbers = { shape: [], data: [0.7] };

/** Four blocks of rows and two of columns, both with a rest. */
const rows = [200, 70];
const row = [70];
const x = floats(rows);
const weight = floats(row, 2);
const bias = floats(row, 3);
const labels = ids(
  [200],
  Array.from({ length: 200 }, (_, i) => (i % 4 === 1 ? -100 : (i * 7) % 70)),
);
/** Two blocks of elements, the second with a rest. */
const elements = [3, 2001];
/** B, T, D: blocks of times and of channels, both with a rest; and fewer times than taps. */
const sequences = [
  [3, 150, 130],
  [2, 2, 257],
];

/** Inputs and attributes of each case. */
const table: [op: Op, cases: [inputs: Inputs, attrs?: unknown][], wanted?: string[]][] = [
  [rmsNormOp, [{ x, weight }, { x }].map((inputs) => [inputs, { eps: 1e-5 }])],
  [addRmsNormOp, [{ x, weight }, { x }].map((inputs) => [{ ...inputs, branch: floats(rows, 5) }, { eps: 1e-5 }])],
  [l2NormOp, [[{ x }, { eps: 1e-5 }]]],
  [l2NormsOp, [[{ q: x, k: x }, { eps: 1e-5 }]]],
  [
    layerNormOp,
    [{ x, weight, bias }, { x, weight }, { x, bias }, { x }].map((inputs: Inputs) => [inputs, { eps: 1e-5 }]),
  ],
  [
    gatedRmsNormOp,
    [
      [
        { x, gate: floats(rows, 4), weight },
        { eps: 1e-5, activation: 'silu' },
      ],
      [
        { x, gate: floats(rows, 4) },
        { eps: 1e-5, activation: 'sigmoid' },
      ],
    ],
  ],
  [
    linearsOp,
    // Rows of one tile that is added up and of two, and fewer of them than are cut by rows; parts for two launches.
    [
      [200, 70],
      [5, 300],
    ].map(([M, I]): [Inputs] => [
      {
        x: floats([M, I]),
        ...Object.fromEntries([70, 3, 130, 1, 50, 64].map((O, i) => [`weight${i}`, floats([O, I], i)])),
      },
    ]),
  ],
  [siluOp, [[{ x: floats(elements) }]]],
  [swigluOp, [[{ gate: floats(elements), up: floats(elements, 2) }]]],
  [
    addRmsNormLinearsOp,
    [[{ x, branch: x, norm_weight: weight, weight0: floats([70, x.shape.at(-1)!], 3) }, { eps: 1e-5 }]],
  ],
  [swigluLinearOp, [[{ gate: x, up: x, weight: floats([70, x.shape.at(-1)!], 3) }]]],
  [logSigmoidOp, [[{ x: floats(elements) }]]],
  [gdnGateOp, [[{ a: x, A_log: weight, dt_bias: weight, b: x }, { scale: 2 }]]],
  [forgetGateOp, [[{ f: x, odds: weight }], [{ f: x }]]],
  [normalCdfOp, [[{ x: floats(elements) }]]],
  [softmaxOp, [[{ x }]]],
  [logSumExpOp, [[{ x }]]],
  [
    shortConvOp,
    sequences.flatMap(([B, T, D]): [Inputs, unknown][] => {
      const given = { x: floats([B, T, D]), weight: floats([D, 4], 2) };
      const all = { ...given, bias: floats([D], 3), h0: floats([B, 3, D], 4) };
      return [
        [given, { activation: 'silu' }],
        [all, { activation: null }],
        [{ ...all, h0: floats([4, 3, D], 4), ranges: ranges(B * T) }, { activation: 'silu' }],
      ];
    }),
  ],
  [
    shortConvsOp,
    sequences.flatMap(([B, T, D]): [Inputs, unknown][] => {
      const xs = { q: floats([B, T, D]), k: floats([B, T, D + 3], 2), v: floats([B, T, 2 * D], 3) };
      const weights = { q_weight: floats([D, 4], 4), k_weight: floats([D + 3, 4], 5), v_weight: floats([2 * D, 4], 6) };
      const before = (n: number) => ({
        q_h0: floats([n, 3, D], 7),
        k_h0: floats([n, 3, D + 3], 8),
        v_h0: floats([n, 3, 2 * D], 9),
      });
      const attrs = { activations: ['silu', null, 'silu'] };
      return [
        [{ ...xs, ...weights }, attrs],
        [{ ...xs, ...weights, ...before(4), ranges: ranges(B * T) }, attrs],
      ];
    }),
  ],
  [
    rotaryOp,
    [false, true].flatMap((inverse): [Inputs, unknown][] => [
      [{ x: floats([3, 50, 2, 14]), cos: floats([50, 7], 2), sin: floats([50, 7], 3) }, { inverse }],
      [
        {
          x: floats([3, 50, 2, 14]),
          cos: floats([3, 50, 7], 2),
          sin: floats([3, 50, 7], 3),
          ranges: ranges(150),
        },
        { inverse },
      ],
    ]),
  ],
  [
    rotariesOp,
    [
      [
        { q: floats([3, 50, 2, 14]), k: floats([3, 50, 3, 14], 4), cos: floats([50, 7], 2), sin: floats([50, 7], 3) },
        { inverse: false },
      ],
    ],
  ],
  [padSequencesOp, [[{ x: floats([3, 50, 2, 3]), ranges: ranges(150) }, { length: 40 }]]],
  [
    packSequencesOp,
    [
      [
        { x: floats([4, 40, 6]), ranges: ranges(150) },
        { B: 3, T: 50 },
      ],
    ],
  ],
  [crossEntropyOp, [[{ logits: x, labels }]]],
  [logProbsOp, [[{ logits: x, labels: { ...labels, shape: [200, 1] } }]], []],
  [
    clipGradNormOp,
    [
      [
        { grad: floats([300]), blocks: ids([3, 3], [0, 100, 0, 100, 150, 0, 150, 300, 1]) },
        { maxNorm: 1, scale: 0.5 },
      ],
    ],
    [],
  ],
  [
    adamwOp,
    [
      [
        {
          param: floats(elements),
          grad: floats(elements, 2),
          m: floats(elements, 3),
          v: { shape: elements, data: noise(size(elements), 4).map(Math.abs) },
          hyper: { shape: [2, 3], data: [0.1, 0.2, 0.3, 0.2, 0.3, 0.4] },
          count: ids([1], [3]),
          factor,
        },
        { beta1: 0.9, beta2: 0.99, eps: 1e-8, weight_decay: 0.1, lr: 0.5, scale: 0.5 },
      ],
    ],
    [],
  ],
  [
    muonMomentumOp,
    [
      [
        { grad: floats(elements), m: floats(elements, 2), factor },
        { momentum: 0.95, nesterov: true, scale: 0.5 },
      ],
      [
        { grad: floats(elements), m: floats(elements, 2), factor: { shape: [], data: [Number.NaN] } },
        { momentum: 0.95, nesterov: false, scale: 1 },
      ],
    ],
    [],
  ],
  [
    muonMoveOp,
    [
      [
        {
          param: floats(elements),
          y: floats(elements, 2),
          hyper: { shape: [2, 3], data: [0.1, 0.2, 0.3, 0.2, 0.3, 0.4] },
          count: ids([1], [3]),
          factor,
        },
        { weight_decay: 0.1, lr: 0.5, ratio: 2 },
      ],
    ],
    [],
  ],
  [advanceOp, [[{ count: ids([1], [3]), factor }]], []],
];

/** They end in one number. */
const single = [
  'launch 2 of crossEntropy',
  'launch 1 of crossEntropyGrad',
  'launch 2 of clipGradNorm',
  'launch 1 of advance',
];

describe.each(['plain', 'relaxed', 'wide'] as const)('tier %s', (tier) => {
  const tried = table.map(([op, cases, wanted]) => ({
    op,
    cases: cases.map(([inputs, attrs = null], i) => ({ name: `case ${i}`, attrs, inputs, ...(wanted && { wanted }) })),
  }));
  it.each(cutChecks(kernels, tried, tier, single))('$name', ({ run }) => run());
});
