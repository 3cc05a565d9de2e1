// Sums and maxima over any axes: one pass for each run of neighbouring axes, the innermost first.
import type { Shape, Spec } from '@twilljs/tensor';
import { loopsOf, stepsOf } from '../axes.ts';
import { module } from '../gen/reduce.gen.ts';
import type { Exports, OldPlan, Pointer, WasmKernel } from '../kernel.ts';

type Pass = (exports: Exports, x: Pointer, y: Pointer, scratch: Pointer) => void;

/** Bytes that `sumMiddle` wants for its f64 totals. */
const totals = (inner: number) => 12 * 4 * Math.ceil(inner / 4);

function pass(kind: 'sum' | 'max', outer: number, n: number, inner: number): Pass {
  if (inner === 1) return (exports, x, y) => void exports[`${kind}Last`](outer, n, x, y);
  return (exports, x, y, scratch) => void exports[`${kind}Middle`](outer, n, inner, x, y, scratch);
}

/** Passes from x to y, with the bytes of each result. */
function passes(kind: 'sum' | 'max', x: Shape, to: Shape): { run: Pass; bytes: number; scratch: number }[] {
  const kept = stepsOf(to, to).map((step, i) => (to[i] === 1 ? 0 : step));
  const loops = loopsOf(x, [kept]);
  const out: { run: Pass; bytes: number; scratch: number }[] = [];
  const sizes = loops.map((loop) => loop.size);
  for (let i = loops.length - 1; i >= 0; i--) {
    if (loops[i].steps[0] !== 0) continue;
    const outer = sizes.slice(0, i).reduce((a, b) => a * b, 1);
    const inner = sizes.slice(i + 1).reduce((a, b) => a * b, 1);
    out.push({ run: pass(kind, outer, sizes[i], inner), bytes: 4 * outer * inner, scratch: totals(inner) });
    sizes[i] = 1;
  }
  // Nothing to reduce is a sum over one element each.
  if (out.length === 0) {
    const n = sizes.reduce((a, b) => a * b, 1);
    out.push({ run: pass(kind, n, 1, 1), bytes: 4 * n, scratch: 0 });
  }
  return out;
}

const aligned = (bytes: number) => 256 * Math.ceil(bytes / 256);

export function reduce(op: 'sum' | 'max'): WasmKernel<{ to: Shape }> {
  return {
    op,
    module,
    plan([x]: readonly (Spec | null)[], { to }): OldPlan {
      const list = passes(op, x!.shape, to);
      const own = aligned(Math.max(...list.map((p) => p.scratch)));
      // Every result but the last lies in scratch, one after the other.
      const places: number[] = [];
      let bytes = own;
      for (const { bytes: result } of list.slice(0, -1)) {
        places.push(bytes);
        bytes += aligned(result);
      }
      return {
        scratch: bytes,
        run(exports, [x], [y], scratch) {
          let from = x;
          list.forEach(({ run }, i) => {
            const target = i === list.length - 1 ? y : scratch + places[i];
            run(exports, from, target, scratch);
            from = target;
          });
        },
      };
    },
  };
}
