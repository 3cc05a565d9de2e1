// Checks that several ops share in their shape rules.
import { finite, type Shape, ShapeError, sameShape } from '@twilljs/tensor';

/** The last axis. @throws ShapeError for a tensor without axes. */
export function lastAxis(op: string, name: string, shape: Shape): number {
  if (shape.length === 0)
    throw new ShapeError(`${op}: ${name} is a single number without axes; give at least one axis.`);
  return shape[shape.length - 1];
}

/** An absent vector, or one number for each place of the last axis of an input. */
export function requireVector(op: string, name: string, vector: Shape | null, shape: Shape, of = 'x'): void {
  const size = lastAxis(op, of, shape);
  if (vector && !sameShape(vector, [size]))
    throw new ShapeError(`${op}: ${name} [${vector}] does not fit the last axis of ${of} [${shape}]; give [${size}].`);
}

export function requireSame(op: string, name: string, shape: Shape, other: string, expected: Shape): void {
  if (!sameShape(shape, expected))
    throw new ShapeError(
      `${op}: ${name} [${shape}] and ${other} [${expected}] differ; give ${name} the shape of ${other}.`,
    );
}

/** What is added inside a root or to a divisor. @throws OptionError for what is no finite number from 0. */
export function requireEps(op: string, eps: unknown): void {
  finite(`${op}: eps`, eps, 0);
}
