// The WebGPU kernel of addRmsNormLinears: of few rows, as in decoding, one launch.
import type { Pointer, ProductPlaces, WebGpuKernel } from '@twilljs/webgpu';
import { normOf } from '../norms.ts';
import type { RmsNormAttrs } from '../rms-norm/op.ts';
import { aligned, rowsOf } from '../rows.ts';

const placesOf = (a: Pointer, weights: readonly Pointer[], ys: readonly Pointer[]): ProductPlaces[] =>
  weights.map((b, i) => ({ a, b, c: ys[i] }));

export const addRmsNormLinearsKernel: WebGpuKernel<RmsNormAttrs> = {
  op: 'addRmsNormLinears',
  plan([x, , , ...weights], { eps }, { fewRows, formed, products }) {
    const [rows, depth] = rowsOf(x!.shape);
    const sizes = weights.map((weight) => ({ rows, columns: weight!.shape[0], depth }));
    if (rows <= fewRows && sizes.every(({ columns }) => columns > 0)) {
      return {
        launches: ([x, other, scale, ...weights], [sum, ...ys]) =>
          formed(sizes, placesOf(x, weights, ys), { form: 'normed', other, scale, sum, eps }),
      };
    }
    const norm = normOf(x!, { eps });
    const bytes = aligned(4 * rows * depth);
    const { shared, launches } = products(sizes, { transposeB: true });
    return {
      shared: bytes + shared,
      launches: ([x, branch, weight, ...weights], [sum, ...ys], y) => [
        ...norm({ x, branch, weight, sum, y }),
        ...launches(placesOf(y, weights, ys), y + bytes),
      ],
    };
  },
};
