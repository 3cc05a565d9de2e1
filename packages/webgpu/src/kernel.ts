// The contract between an op's WGSL kernel and this device.
import type { Spec } from '@twilljs/tensor';

/** A name and its WGSL type. */
export type Field = readonly [name: string, type: string];

/** A WGSL file. Generated. */
export interface WgslModule {
  /** Package and file, for messages. */
  readonly name: string;
  /** Memory is read and written four numbers at a time. */
  readonly wide: boolean;
  /** The uniforms, `units` first; `has_x` says whether the operand x is there. */
  readonly args: readonly Field[];
  /** What lies in the device's memory, by the type of its elements. */
  readonly operands: readonly Field[];
  /** Functions and constants; operands are read by `load_x(i)` and written by `store_x(i, value)`. */
  readonly text: string;
}

/** A place in the device's memory, in bytes; 0 is none. */
export type Pointer = number;

/** Arguments and operands by the names in the WGSL file. */
export type LaunchArgs = object;

/** An entry point of a module. Generated from its source. */
export interface Kernel {
  readonly module: WgslModule;
  readonly name: string;
  /** Names of the operands that it touches. */
  readonly operands: readonly string[];
}

/** A kernel, ready to run. Workgroups, of which there are `units`, share no output element. */
export interface Launch {
  readonly kernel: Kernel;
  readonly units: number;
  readonly args: LaunchArgs;
  /** Values of `override` constants: each set of them is a pipeline of its own. */
  readonly constants?: Readonly<Record<string, number>>;
}

/** A kernel for given shapes and attributes. */
export interface Plan {
  /** Bytes that the op's launches share, such as partial sums; 256-byte aligned. Default 0. */
  readonly shared?: number;
  /**
   * What runs, one launch after the other; each sees what the one before has written. A pure function of pointers: a recording asks
   * again for other places. An absent input, which `plan` has seen as null, is 0. Every element of every output must be written.
   */
  launches(ins: readonly Pointer[], outs: readonly Pointer[], shared: Pointer): readonly Launch[];
}

/** What was granted of the adapter. */
export interface Limits {
  /** Bytes of workgroup memory: 16 KiB at least. */
  readonly workgroupBytes: number;
  /** Invocations of a workgroup: 256 at least. */
  readonly invocations: number;
}

/** The sizes of C [rows,columns] = A [rows,depth] B [depth,columns]. */
export interface ProductSizes {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

/** Where the matrices of a product lie. */
export interface ProductPlaces {
  readonly a: Pointer;
  readonly b: Pointer;
  readonly c: Pointer;
}

/** How the matrices of a product lie. */
export interface ProductOptions {
  /** A lies as [depth,rows]. */
  readonly transposeA?: boolean;
  /** B lies as [columns,depth]. */
  readonly transposeB?: boolean;
  /** B is stored in bf16, of a list of one. */
  readonly half?: boolean;
  /** Products of these sizes one behind the other, of a list of one. Default 1. */
  readonly batch?: number;
  /** All products are summed in the C of the first: they have its rows and columns. */
  readonly summed?: boolean;
}

/** What the rows of A [rows,depth] are made into on the way, where there are few. */
export type Formed =
  /** silu(A) times `other`. */
  | { readonly form: 'gated'; readonly other: Pointer }
  /** x = A + other, which is left in `sum`; of it scale x / sqrt(mean(x^2) + eps). */
  | {
      readonly form: 'normed';
      readonly other: Pointer;
      readonly scale: Pointer;
      readonly sum: Pointer;
      readonly eps: number;
    };

/** Products, ready to be placed. */
export interface Products {
  /** Bytes that its launches share. */
  readonly shared: number;
  /** @param places of each product. */
  launches(places: readonly ProductPlaces[], shared: Pointer): readonly Launch[];
}

/** What a device offers to plans. */
export interface Offers extends Limits {
  /** Launches of products: one for up to six of them, and one more where a long depth is cut into pieces. @param sizes at least one. */
  products(sizes: readonly ProductSizes[], options?: ProductOptions): Products;
  /** Rows up to which `formed` takes products. */
  readonly fewRows: number;
  /** Launches of C = A B', of up to `fewRows` rows of one A that are formed on the way: one for up to six products, of at least one column. */
  formed(sizes: readonly ProductSizes[], places: readonly ProductPlaces[], how: Formed): Launch[];
  /** Words from one operand to another, modulo 2^32 as kernels count; null where they lie in different buffers. */
  behind(first: Pointer, other: Pointer): number | null;
}

/** How one op runs on this device. Handed to `webgpu({ kernels })` as a value. */
// biome-ignore lint/suspicious/noExplicitAny: attributes are checked by each kernel's own type; lists of kernels mix them.
export interface WebGpuKernel<A = any> {
  /** The op's name. */
  readonly op: string;
  /** The plan, or why this kernel cannot take these inputs. Shapes, types and attributes have passed the op's own rules. */
  plan(ins: readonly (Spec | null)[], attrs: A, offers: Offers): Plan | string;
}
