// What an operation is: a value with a shape rule and, as far as it has them, a loop, a definition and a gradient.
import type { Data, DType, Shape, Spec } from './shape.ts';
import type { Tensor } from './tensor.ts';

/** A tensor as the reference loops see it: contiguous, row-major. */
export interface View {
  readonly data: Data;
  readonly shape: Shape;
}

/** The type of output i: that of the input that it updates, the one that the op declares, or else the device's floats. */
export function outputType(
  { inputs, outputs, updates, types }: Op,
  i: number,
  ins: readonly (Spec | null)[],
  float: DType,
): DType {
  const name = outputs[Math.min(i, outputs.length - 1)];
  return ins[inputs.indexOf(updates?.[name] ?? '')]?.dtype ?? types?.[name] ?? float;
}

/** Which ids an input may hold. */
export interface IdRange {
  /** They are below this. */
  readonly below: number;
  /** What there are so many of, for messages. */
  readonly of: string;
  /** What a negative id says; absent where none may be negative. */
  readonly negative?: string;
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
  /** Output names in order. A last `y...` stands for any number. */
  readonly outputs: readonly string[];
  /** The inputs that hold i32 ids, and which they may be; all others hold numbers of the device's float type. Default: none. */
  readonly ids?: Readonly<Record<string, (ins: readonly (Shape | null)[], attrs: A) => IdRange>>;
  /**
   * Output shapes, from inputs that are there and attributes that no one has looked at: it refuses, by a ShapeError or an
   * OptionError, whatever a loop or a kernel could not take. `outputType` says the types of the outputs.
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
  /** Matrices that may be stored in bf16, among the inputs: of these there is no gradient. `cast` of them is the definition. Default: none. */
  readonly bf16?: readonly string[];
  /** The outputs that hold i32; nothing of them is recorded for a gradient. Default: none. */
  readonly types?: Readonly<Record<string, 'i32'>>;
  /** `{ output: input }`: written in place. Refused where a gradient is recorded. */
  readonly updates?: Readonly<Record<string, string>>;
  /**
   * `{ output: input }`: may lie in one place. Whatever runs the op has read what it needs of the input where it writes the output, in
   * any order of its units.
   */
  readonly mayUpdate?: Readonly<Record<string, string>>;
}

/** Which ids an input of an op may hold, for given shapes. */
export function rangeOf<A>(op: Op<A>, input: string, ins: readonly (Shape | null)[], attrs: A): IdRange {
  return op.ids![input](ins, attrs);
}
