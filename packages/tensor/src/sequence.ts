// Ops prepared to run again, for devices whose runners need no preparation.
import type { BoundOp, OpSequence } from './device.ts';

/** Runs the ops by their runners, in order. */
export function sequenceOf(ops: readonly BoundOp[]): OpSequence {
  const bound = [...ops];
  return {
    run() {
      for (const { runner, ins, outs, scratch } of bound) runner.run(ins, outs, scratch);
    },
    rebind(i, op) {
      bound[i] = op;
    },
    inspect: () => bound.map(() => [{ kernel: 'loop', units: 1 }]),
    [Symbol.dispose]() {
      bound.length = 0;
    },
  };
}
