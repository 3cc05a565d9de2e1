// WebGPU kernels of swigluLinear.
import { size } from '@twilljs/tensor';
import type { WebGpuKernel } from '@twilljs/webgpu';
import { backward, forward } from '../gen/swiglu.wgsl.gen.ts';
import { aligned, rowsOf } from '../rows.ts';
import { elementUnits } from '../units.ts';
import type { SwigluLinearGradAttrs } from './op.ts';

/** Of few rows, as in decoding, what is multiplied is formed on the way. */
export const swigluLinearKernel: WebGpuKernel<null> = {
  op: 'swigluLinear',
  plan([gate, , weight], _, { fewRows, formed, products }) {
    const [rows, depth] = rowsOf(gate!.shape);
    const sizes = [{ rows, columns: weight!.shape[0], depth }];
    if (rows <= fewRows) {
      return {
        launches: ([gate, other, b], [c]) => formed(sizes, [{ a: gate, b, c }], { form: 'gated', other }),
      };
    }
    const n = rows * depth;
    const bytes = aligned(4 * n);
    const { shared, launches } = products(sizes, { transposeB: true });
    return {
      shared: bytes + shared,
      launches: ([gate, up, b], [c], between) => [
        forward(elementUnits(n), { n, gate, up, y: between }),
        ...launches([{ a: between, b, c }], between + bytes),
      ],
    };
  },
};

/** What is multiplied is formed again, beside its gradient. */
export const swigluLinearGradKernel: WebGpuKernel<SwigluLinearGradAttrs> = {
  op: 'swigluLinearGrad',
  plan([dy, gate, , weight], attrs, { products }) {
    const n = size(gate!.shape);
    const [rows] = rowsOf(dy!.shape);
    const [O, I] = weight!.shape;
    const bytes = aligned(4 * n);
    const input = products([{ rows, columns: I, depth: O }]);
    const ofWeight = products([{ rows: O, columns: I, depth: rows }], { transposeA: true });
    return {
      shared: 2 * bytes + Math.max(input.shared, ofWeight.shared),
      launches([dy, gate, up, weight], [dgate, dup, dweight], between) {
        const [y, rest] = [between + bytes, between + 2 * bytes];
        return [
          ...input.launches([{ a: dy, b: weight, c: between }], rest),
          backward(elementUnits(n), { n, dy: between, gate, up, dgate, dup, y }),
          ...(attrs.weight ? ofWeight.launches([{ a: dy, b: y, c: dweight }], rest) : []),
        ];
      },
    };
  },
};
