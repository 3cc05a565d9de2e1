// WebAssembly kernels of shortConvs: those of shortConv, one part after the other.
import type { Plan, WasmKernel } from '@twilljs/wasm';
import { type Formulas, module } from '../gen/short-conv.gen.ts';
import { shortConvGradKernel, shortConvKernel } from '../short-conv/wasm.ts';
import { partOf, parts, type ShortConvsAttrs } from './op.ts';

/** One after the other in the same scratch. */
function joined(plans: readonly Plan[], ofPart: <T>(ins: readonly T[], i: number, none: T) => T[]): Plan {
  return {
    shared: Math.max(...plans.map(({ shared = 0 }) => shared)),
    own: Math.max(...plans.map(({ own = 0 }) => own)),
    launches: (ins, outs, shared) =>
      plans.flatMap(({ launches }, i) => launches(ofPart(ins, i, 0), [outs[i], outs[3 + i], outs[6 + i]], shared)),
  };
}

export const shortConvsKernel: WasmKernel<ShortConvsAttrs, Formulas> = {
  op: 'shortConvs',
  module,
  plan(ins, { activations }, formulas) {
    const planOf = (i: number) => shortConvKernel.plan(partOf(ins, i, null), { activation: activations[i] }, formulas);
    return joined(parts.map(planOf) as Plan[], partOf);
  },
};

export const shortConvsGradKernel: WasmKernel<ShortConvsAttrs, Formulas> = {
  op: 'shortConvsGrad',
  module,
  plan(ins, { activations }, formulas) {
    const planOf = (i: number) =>
      shortConvGradKernel.plan(gradPartOf(ins, i, null), { activation: activations[i] }, formulas);
    return joined(parts.map(planOf) as Plan[], gradPartOf);
  },
};

/** Cotangents of the output and the state stand before. */
function gradPartOf<T>(ins: readonly T[], i: number, none: T): T[] {
  return [ins[i], ins[3 + i], ...partOf(ins.slice(6), i, none)];
}
