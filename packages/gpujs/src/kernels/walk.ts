// Programs that walk: from the place of an element to where it lies in sources that are broadcast, permuted or cut.
import { loopsOf, type Shape } from '@twilljs/tensor';

/** Two arguments of such a program, for steps of each source in `shape`: records of a size and its steps, the fastest first, and their count. */
export function axesOf(shape: Shape, ...steps: readonly (readonly number[])[]): [axes: number[], count: number] {
  const axes = loopsOf(shape, steps)
    .reverse()
    .flatMap((loop) => [loop.size, ...loop.steps]);
  const record = steps.length + 1;
  return [axes.length > 0 ? axes : new Array<number>(record).fill(1), axes.length / record];
}

/**
 * Lines of a program that walk from `this.thread.x` to the places `at0`, `at1`, ... of sources that begin at `from0`, `from1`, ... Half is
 * added before a division, which WebGL may round down too far.
 */
export function walk(sources: number): string {
  const each = (line: (k: number) => string) => Array.from({ length: sources }, (_, k) => line(k)).join(' ');
  const record = sources + 1;
  return `let rest = this.thread.x;
${each((k) => `let at${k} = from${k};`)}
for (let axis = 0; axis < count; axis++) {
  const extent = axes[axis * ${record}];
  const next = Math.floor((rest + 0.5) / extent);
  const index = rest - next * extent;
  ${each((k) => `at${k} = at${k} + index * axes[axis * ${record} + ${k + 1}];`)}
  rest = next;
}`;
}
