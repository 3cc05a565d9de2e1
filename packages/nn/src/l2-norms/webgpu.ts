// WebGPU kernels of l2Norms: one launch where both tensors lie in one buffer.
import type { Spec } from '@twilljs/tensor';
import type { WebGpuKernel } from '@twilljs/webgpu';
import type { L2NormAttrs } from '../l2-norm/op.ts';
import { normGradOf, normOf } from '../norms.ts';
import { rowsOf } from '../rows.ts';

/** The rows of both. */
function joined(q: Spec, k: Spec): { first: number; size: number; both: Spec } {
  const [first, K] = rowsOf(q.shape);
  return { first, size: first * K, both: { shape: [first + rowsOf(k.shape)[0], K], dtype: q.dtype } };
}

export const l2NormsKernel: WebGpuKernel<L2NormAttrs> = {
  op: 'l2Norms',
  plan([q, k], { eps }, { behind }) {
    const { first, size, both } = joined(q!, k!);
    const [ofBoth, ofQ, ofK] = [both, q!, k!].map((x) => normOf(x, { eps, over: 1 }));
    return {
      launches([q, k], [qy, ky]) {
        const [x, y] = [behind(q, k), behind(qy, ky)];
        if (x === null || y === null) return [...ofQ({ x: q, y: qy }), ...ofK({ x: k, y: ky })];
        return ofBoth({ x: q, y: qy, first, x_gap: x - size, y_gap: y - size });
      },
    };
  },
};

export const l2NormsGradKernel: WebGpuKernel<L2NormAttrs> = {
  op: 'l2NormsGrad',
  plan([, , q, k], { eps }, { behind }) {
    const options = { eps, over: 1 };
    const { first, size, both } = joined(q!, k!);
    const gap = (one: number, other: number) => behind(one, other)! - size;
    const together = normGradOf(both, options, false, ([dqy, dky, q, k], [dq, dk]) => ({
      ...{ dy: dqy, x: q, dx: dq, first, dy_gap: gap(dqy, dky), x_gap: gap(q, k), dx_gap: gap(dq, dk) },
    }));
    const apart = [q!, k!].map((x, i) =>
      normGradOf(x, options, false, (ins, outs) => ({ dy: ins[i], x: ins[2 + i], dx: outs[i] })),
    );
    return {
      launches(ins, outs, shared) {
        const isTogether = [behind(ins[0], ins[1]), behind(ins[2], ins[3]), behind(outs[0], outs[1])].every(
          (n) => n !== null,
        );
        return (isTogether ? [together] : apart).flatMap(({ launches }) => launches(ins, outs, shared));
      },
    };
  },
};
