// WebAssembly kernels of linears.
import type { Launch, Pointer, WasmKernel } from '@twilljs/wasm';
import { type Formulas, forward, input, module, pack, packInput, weights as weightsOf } from '../gen/linears.gen.ts';
import { rowsOf } from '../rows.ts';
import { halves, type LinearsGradAttrs } from './op.ts';

/** One of the products: outputs O, the places of what it reads and writes, and of its packed weight or 0. */
type Part = readonly [O: number, read: Pointer, other: Pointer, packed: Pointer];

const absent: Part = [0, 0, 0, 0];

/** Four parts at a time, as many as a launch takes. */
function quadruples(parts: readonly Part[]): Part[][] {
  const padded = [...parts, absent, absent, absent];
  return Array.from({ length: Math.ceil(parts.length / 4) }, (_, i) => padded.slice(4 * i, 4 * i + 4));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

/** Where each weight lies packed, one after the other; all 0 where none is. @param bytes of each. */
function places(bytes: readonly number[], shared: Pointer): Pointer[] {
  let at = shared;
  return bytes.map((size) => {
    const place = size > 0 ? at : 0;
    at += size;
    return place;
  });
}

/** The launches that pack the weights of these parts. */
function packing(
  parts: readonly (readonly [O: number, weight: Pointer, packed: Pointer])[],
  I: number,
  transposed: boolean,
  unitsOf: (O: number) => number,
): Launch[] {
  const wanted = parts.filter(([, , packed]) => packed > 0).map(([O, weight, packed]): Part => [O, weight, packed, 0]);
  return quadruples(wanted).map((four) => {
    const [[O0, w0, p0], [O1, w1, p1], [O2, w2, p2], [O3, w3, p3]] = four;
    const args = { transposed, I, O0, w0, p0, O1, w1, p1, O2, w2, p2, O3, w3, p3 };
    return pack(sum(four.map(([O, weight]) => (weight ? unitsOf(O) : 0))), args);
  });
}

export const linearsKernel: WasmKernel<null, Formulas> = {
  op: 'linears',
  module,
  plan([x, ...weights], _, { productUnits, packUnits, packedBytes, gemmScratch }) {
    const [M, I] = rowsOf(x!.shape);
    const outputs = weights.map((weight) => weight!.shape[0]);
    const bytes = outputs.map((O) => packedBytes(M, O, I));
    return {
      shared: sum(bytes),
      own: Math.max(...outputs.map((O) => gemmScratch(M, O, I))),
      launches([x, ...weights], ys, shared) {
        const packed = places(bytes, shared);
        const parts = outputs.map((O, i): Part => [O, weights[i], ys[i], packed[i]]);
        return [
          ...packing(
            outputs.map((O, i) => [O, weights[i], packed[i]]),
            I,
            true,
            (O) => packUnits(M, O, I),
          ),
          ...quadruples(parts).map((four) => {
            const [[O0, w0, y0, p0], [O1, w1, y1, p1], [O2, w2, y2, p2], [O3, w3, y3, p3]] = four;
            const args = { M, I, x, O0, w0, p0, y0, O1, w1, p1, y1, O2, w2, p2, y2, O3, w3, p3, y3 };
            return forward(sum(four.map(([O]) => productUnits(M, O))), args);
          }),
        ];
      },
    };
  },
};

export const linearsGradKernel: WasmKernel<LinearsGradAttrs, Formulas> = {
  op: 'linearsGrad',
  module,
  plan([x, ...parts], { needs: [needsX, ...needs] }, { productUnits, packUnits, packedBytes, gemmScratch }) {
    const [M, I] = rowsOf(x!.shape);
    const outputs = halves(parts)[1].map((weight) => weight!.shape[0]);
    const wanted = outputs.flatMap((O, i) => (needs[i] ? [{ O, i }] : []));
    const weightBytes = outputs.map((O) => (needsX ? packedBytes(M, I, O) : 0));
    // One size does for all products that are packed.
    const inputBytes = Math.max(0, ...wanted.map(({ O }) => packedBytes(O, I, M)));
    const bytes = [
      ...(needsX ? outputs.map((O) => gemmScratch(M, I, O)) : []),
      ...wanted.map(({ O }) => gemmScratch(O, I, M)),
    ];
    return {
      shared: Math.max(sum(weightBytes), inputBytes),
      own: Math.max(...bytes),
      launches([x, ...parts], outs, shared) {
        const [dys, weights] = halves(parts);
        const dWeights = needsX ? outs.slice(1) : outs;
        const packed = places(weightBytes, shared);
        const inputs = needsX ? outputs.map((O, i): Part => [O, dys[i], weights[i], packed[i]]).reverse() : [];
        const [most] = wanted.map(({ O }) => O).sort((a, b) => b - a);
        return [
          ...packing(
            outputs.map((O, i) => [O, weights[i], packed[i]]),
            I,
            false,
            (O) => packUnits(M, I, O),
          ),
          ...quadruples(inputs).map(
            ([[O0, dy0, w0, p0], [O1, dy1, w1, p1], [O2, dy2, w2, p2], [O3, dy3, w3, p3]], i) => {
              const args = { O0, dy0, w0, p0, O1, dy1, w1, p1, O2, dy2, w2, p2, O3, dy3, w3, p3 };
              return input(productUnits(M, I), { M, I, onto: i > 0, dx: outs[0], ...args });
            },
          ),
          ...(inputBytes > 0 ? [packInput(packUnits(most, I, M), { M, I, x, packed: shared })] : []),
          ...quadruples(wanted.map(({ O, i }, n) => [O, dys[i], dWeights[n], 0])).map((four) => {
            const [[O0, dy0, dw0], [O1, dy1, dw1], [O2, dy2, dw2], [O3, dy3, dw3]] = four;
            const packed = inputBytes > 0 ? shared : 0;
            const args = { M, I, x, packed, O0, dy0, dw0, O1, dy1, dw1, O2, dy2, dw2, O3, dy3, dw3 };
            return weightsOf(sum(four.map(([O]) => productUnits(O, I))), args);
          }),
        ];
      },
    };
  },
};
