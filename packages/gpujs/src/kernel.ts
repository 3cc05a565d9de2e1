// What a kernel of this device is: programs of gpu.js, called one after another.
import type { Shape, Spec } from '@twilljs/tensor';

/** Numbers where gpu.js keeps them: a texture in WebGL, an array elsewhere. */
export interface Texture {
  toArray(): Float32Array | Promise<Float32Array>;
  delete(): void;
}
/** The numbers of a tensor: in memory, or on the card. */
export type Numbers = Float32Array | Texture;

/** A tensor that a kernel reads: element 0 stands at `offset` of `numbers`. */
export interface Operand extends Spec {
  readonly numbers: Numbers;
  readonly offset: number;
}

/** The function of one element, in the JavaScript that gpu.js compiles: `this.thread.x` is its place. */
export interface Program {
  readonly name: string;
  readonly source: string;
  /** Its arrays begin at 0 and come without offsets. */
  readonly isBare?: boolean;
}

/** What a program is given. */
export type Argument = Operand | readonly number[] | number;

/** Runs a program for `count` elements. An operand becomes two arguments, its numbers and its offset. */
export type Call = (program: Program, count: number, args: readonly Argument[]) => Promise<Operand>;

/** How one op runs on this device. Handed to `gpujs({ kernels })` as a value. */
// biome-ignore lint/suspicious/noExplicitAny: attributes are checked by each op's own type; lists of kernels mix them.
export interface GpuJsKernel<A = any> {
  /** Of the op. */
  readonly op: string;
  /** Why it does not take these inputs, which then go through the definition of the op; null where it does. Default: it takes all. */
  refuses?(ins: readonly (Spec | null)[], attrs: A): string | null;
  /** One operand for each output, none of them an input. What it calls for in between is given back. */
  run(ins: readonly (Operand | null)[], attrs: A, outs: readonly Shape[], call: Call): Promise<readonly Operand[]>;
}
