// WebGPU kernels of linears: products that the device forms.
import type { ProductPlaces, WebGpuKernel } from '@twilljs/webgpu';
import { rowsOf } from '../rows.ts';
import { halves, type LinearsGradAttrs } from './op.ts';

/** y = x W' for each weight. */
export const linearsKernel: WebGpuKernel<null> = {
  op: 'linears',
  plan([x, ...weights], _, { products }) {
    const [rows, depth] = rowsOf(x!.shape);
    const sizes = weights.map((weight) => ({ rows, columns: weight!.shape[0], depth }));
    const { shared, launches } = products(sizes, { transposeB: true });
    return {
      shared,
      launches: ([x, ...weights], ys, shared) =>
        launches(
          weights.map((b, i): ProductPlaces => ({ a: x, b, c: ys[i] })),
          shared,
        ),
    };
  },
};

/** dx = the sum of dy W, from the last part to the first; dW = dy' x. */
export const linearsGradKernel: WebGpuKernel<LinearsGradAttrs> = {
  op: 'linearsGrad',
  plan([x, ...parts], { needs: [needsX, ...needs] }, { products }) {
    const [M, I] = rowsOf(x!.shape);
    const outputs = halves(parts)[1].map((weight) => weight!.shape[0]);
    const wanted = outputs.flatMap((O, i) => (needs[i] ? [{ O, i }] : []));
    const input = needsX
      ? products(
          [...outputs].reverse().map((O) => ({ rows: M, columns: I, depth: O })),
          { summed: true },
        )
      : null;
    const weight =
      wanted.length > 0
        ? products(
            wanted.map(({ O }) => ({ rows: O, columns: I, depth: M })),
            { transposeA: true },
          )
        : null;
    return {
      shared: Math.max(input?.shared ?? 0, weight?.shared ?? 0),
      launches([x, ...parts], outs, shared) {
        const [dys, weights] = halves(parts);
        const dWeights = needsX ? outs.slice(1) : outs;
        const into = dys.map((a, i): ProductPlaces => ({ a, b: weights[i], c: outs[0] })).reverse();
        const of = wanted.map(({ i }, n): ProductPlaces => ({ a: dys[i], b: x, c: dWeights[n] }));
        return [...(input?.launches(into, shared) ?? []), ...(weight?.launches(of, shared) ?? [])];
      },
    };
  },
};
