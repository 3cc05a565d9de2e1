// What an operation is: a value with a shape rule and, as far as it has them, a loop, a definition and a gradient.
import type { Data, Shape } from './shape.ts';
import type { Tensor } from './tensor.ts';

/** A tensor as the reference loops see it: contiguous, row-major. */
export interface View {
  readonly data: Data;
  readonly shape: Shape;
}

/**
 * One operation, as a value.
 *
 * A primitive gives `cpu` and `vjp`. A composite gives `define`: the same function in terms of other ops, slow and clear.
 * Its gradient, unless `vjp` is written, is the gradient of its definition. A fused backward is just another op, called by
 * `vjp`, whose own `define` differentiates the forward.
 */
// biome-ignore lint/suspicious/noExplicitAny: attributes are checked by each op's own type; lists of ops mix them.
export interface Op<A = any> {
  /** Unique across packages: the key under which devices hold kernels. */
  readonly name: string;
  /** Input names in order, as in the golden files. `x?` may be null; a last `x...` stands for any number. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Names of the inputs that hold i32 ids; all others hold numbers of the device's float type. Default: none. */
  readonly ids?: readonly string[];
  /**
   * Output shapes, from inputs that are there and attributes that no one has looked at: it refuses, by a ShapeError or an
   * OptionError, whatever a loop or a kernel could not take. Outputs have the device's float type.
   */
  shape(ins: readonly (Shape | null)[], attrs: A): Shape[];
  /** Reference loops; every element of every output is written. Absent inputs are null. */
  cpu?(ins: View[], outs: View[], attrs: A): void;
  define?(ins: Tensor[], attrs: A): Tensor[];
  /**
   * Cotangents of the inputs (null: none). Inputs and outputs that `reads` leaves out have a shape but no data;
   * `needs[i]` says whether input i wants a cotangent at all.
   */
  vjp?(dys: Tensor[], ins: Tensor[], outs: Tensor[], attrs: A, needs: readonly boolean[]): (Tensor | null)[];
  /** Names of the inputs and outputs whose values `vjp` reads; only these are kept for it. Default: all inputs, no outputs. */
  readonly reads?: readonly string[];
  /** `{ output: input }`: written in place. Refused where a gradient is recorded. */
  readonly updates?: Readonly<Record<string, string>>;
}
