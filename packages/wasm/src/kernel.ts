// The contract between an op's WebAssembly kernel and this device.
import type { Spec } from '@twilljs/tensor';

/** A compiled AssemblyScript module in its tiers, base64: the namespace of a `*.gen.ts` file. */
export interface WasmModule {
  /** Package and file, for messages. */
  readonly name: string;
  /** SIMD128: multiply, then add. */
  readonly plain: string;
  /** Relaxed SIMD: fused multiply-add. */
  readonly relaxed: string;
}

/** A place in the device's memory, in bytes. */
export type Pointer = number;

/** A module's functions. Booleans are passed as 0 and 1, pointers and counts as numbers. */
export type Exports = Readonly<Record<string, (...args: number[]) => number>>;

/**
 * A kernel for given shapes and attributes. All JavaScript that depends on shapes belongs in `plan`; `run` calls exports.
 *
 * `run` gets the exports from outside, and reaches memory by nothing else: a device may hand in functions that note the call
 * (to replay it) or that share its rows out among workers.
 */
export interface Plan {
  /** Bytes of scratch memory, 256-byte aligned; 0 for none. */
  readonly scratch: number;
  /** An absent input, which `plan` has seen as null, arrives in the module as 0. Every element of every output must be written. */
  run(exports: Exports, ins: readonly Pointer[], outs: readonly Pointer[], scratch: Pointer): void;
}

/** How one op runs on this device. Handed to `wasm({ kernels })` as a value. */
// biome-ignore lint/suspicious/noExplicitAny: attributes are checked by each kernel's own type; lists of kernels mix them.
export interface WasmKernel<A = any> {
  /** The op's name. */
  readonly op: string;
  readonly module: WasmModule;
  /** The plan, or why this kernel cannot take these inputs. Shapes, types and attributes have passed the op's own rules. */
  plan(ins: readonly (Spec | null)[], attrs: A): Plan | string;
}
