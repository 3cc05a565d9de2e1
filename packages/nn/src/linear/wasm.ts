// WebAssembly kernels of linears.
import type { WasmKernel } from '@twilljs/wasm';
import { type Formulas, forward, input, module, weights as weightsOf } from '../gen/linears.gen.ts';
import { rowsOf } from '../rows.ts';
import { halves, type LinearsGradAttrs } from './op.ts';

/** One of the products: outputs O, and the places of what it reads and writes. */
type Part = readonly [O: number, read: number, other: number];

const absent: Part = [0, 0, 0];

/** Four parts at a time, as many as a launch takes. */
function quadruples(parts: readonly Part[]): Part[][] {
  const padded = [...parts, absent, absent, absent];
  return Array.from({ length: Math.ceil(parts.length / 4) }, (_, i) => padded.slice(4 * i, 4 * i + 4));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

export const linearsKernel: WasmKernel<null, Formulas> = {
  op: 'linears',
  module,
  plan([x, ...weights], _, { productUnits, gemmScratch }) {
    const [M, I] = rowsOf(x!.shape);
    const outputs = weights.map((weight) => weight!.shape[0]);
    return {
      own: Math.max(...outputs.map((O) => gemmScratch(M, O, I))),
      launches: ([x, ...weights], ys) =>
        quadruples(outputs.map((O, i) => [O, weights[i], ys[i]])).map((parts) => {
          const [[O0, w0, y0], [O1, w1, y1], [O2, w2, y2], [O3, w3, y3]] = parts;
          const args = { M, I, x, O0, w0, y0, O1, w1, y1, O2, w2, y2, O3, w3, y3 };
          return forward(sum(parts.map(([O]) => productUnits(M, O))), args);
        }),
    };
  },
};

export const linearsGradKernel: WasmKernel<LinearsGradAttrs, Formulas> = {
  op: 'linearsGrad',
  module,
  plan([x, ...parts], { needs: [needsX, ...needs] }, { productUnits, gemmScratch, ontoScratch }) {
    const [M, I] = rowsOf(x!.shape);
    const outputs = halves(parts)[1].map((weight) => weight!.shape[0]);
    const wanted = outputs.flatMap((O, i) => (needs[i] ? [{ O, i }] : []));
    const bytes = [
      ...(needsX ? outputs.flatMap((O) => [gemmScratch(M, I, O), ontoScratch(I, O)]) : []),
      ...wanted.map(({ O }) => gemmScratch(O, I, M)),
    ];
    return {
      own: Math.max(...bytes),
      launches([x, ...parts], outs) {
        const [dys, weights] = halves(parts);
        const dWeights = needsX ? outs.slice(1) : outs;
        const inputs: Part[] = needsX ? outputs.map((O, i): Part => [O, dys[i], weights[i]]).reverse() : [];
        return [
          ...quadruples(inputs).map(([[O0, dy0, w0], [O1, dy1, w1], [O2, dy2, w2], [O3, dy3, w3]], i) => {
            const args = { O0, dy0, w0, O1, dy1, w1, O2, dy2, w2, O3, dy3, w3 };
            return input(productUnits(M, I), { M, I, onto: i > 0, dx: outs[0], ...args });
          }),
          ...quadruples(wanted.map(({ O, i }, n) => [O, dys[i], dWeights[n]])).map((parts) => {
            const [[O0, dy0, dw0], [O1, dy1, dw1], [O2, dy2, dw2], [O3, dy3, dw3]] = parts;
            const args = { M, I, x, O0, dy0, dw0, O1, dy1, dw1, O2, dy2, dw2, O3, dy3, dw3 };
            return weightsOf(sum(parts.map(([O]) => productUnits(O, I))), args);
          }),
        ];
      },
    };
  },
};
