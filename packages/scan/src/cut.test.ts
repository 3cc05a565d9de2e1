// Every kernel with its units cut in every way, in both tiers: the same bits.
import type { Op } from '@twilljs/tensor';
import type { OpCase } from '@twilljs/tensor/testing';
import { type CutCases, cutChecks } from '@twilljs/wasm/testing';
import { describe, it } from 'vitest';
import { decayInputs, deltaInputs, elementwiseInputs } from './cases.test-data.ts';
import { elementwiseOp } from './elementwise/op.ts';
import { packed, pairs, type Ranges } from './packed-checks.test-data.ts';
import { scalarDecayOp } from './scalar-decay/op.ts';
import { scalarDeltaOp } from './scalar-delta/op.ts';
import { vectorDecayInputs, vectorDeltaInputs } from './vector-cases.test-data.ts';
import { vectorDecayOp } from './vector-decay/op.ts';
import { vectorDeltaOp } from './vector-delta/op.ts';
import { kernels } from './wasm.ts';

interface Case {
  readonly B: number;
  readonly T: number;
  readonly H: number;
  readonly K: number;
  readonly V: number;
  readonly fresh?: boolean;
  readonly ranges?: Ranges;
}

/** Heads of one token and of several chunks, the last one not full, with a state before them and without, and of sequences between gaps. */
const sizes: Case[] = [
  { B: 2, T: 1, H: 2, K: 7, V: 21 },
  { B: 2, T: 37, H: 2, K: 7, V: 5 },
  { B: 1, T: 50, H: 4, K: 16, V: 19, fresh: true },
  { B: 1, T: 20, H: 1, K: 8, V: 70 },
  { B: 2, T: 37, H: 2, K: 7, V: 5, ranges: pairs(2, 2, 3, 20, 20, 21, 30, 60, 74, 74) },
];

function tried<A>(
  op: Op<A>,
  attrs: A,
  inputs: (at: Case) => OpCase<A>['inputs'],
  wanted?: readonly string[],
): CutCases {
  const given = (at: Case) => (at.ranges ? packed(inputs(at), at.ranges) : inputs(at));
  const cases = sizes.map((at) => ({ name: JSON.stringify(at), attrs, inputs: given(at), ...(wanted && { wanted }) }));
  return { op, cases };
}

/** Two value heads to a key head. */
const shared = (at: Case) => ({ ...at, HV: 2 * at.H });

const all = [
  tried(elementwiseOp, {}, (at) => elementwiseInputs({ ...at, D: 10 * at.V })),
  tried(scalarDecayOp, { scale: 0.5 }, decayInputs),
  tried(scalarDecayOp, { scale: 0.5 }, (at) => decayInputs({ ...at, gates: 'fixed' }), ['q', 'k', 'v']),
  tried(scalarDeltaOp, { scale: 0.5 }, (at) => deltaInputs(shared(at))),
  tried(scalarDeltaOp, { scale: 0.5 }, (at) => deltaInputs({ ...at, gates: 'none' })),
  tried(vectorDecayOp, { scale: 0.5 }, vectorDecayInputs),
  tried(vectorDeltaOp, { scale: 0.5 }, (at) => vectorDeltaInputs(shared(at))),
];

describe.each(['plain', 'relaxed', 'wide'] as const)('tier %s', (tier) => {
  it.each(cutChecks(kernels, all, tier))('$name', ({ run }) => run());
});
