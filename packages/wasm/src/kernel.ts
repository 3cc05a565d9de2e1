// The contract between an op's WebAssembly kernel and this device.
import type { Spec } from '@twilljs/tensor';

/**
 * Loads a build of a module: deflated (without a header), in base64. Each is a file of its own, so that a page loads those of one tier; what
 * carries it compresses base64 of a module itself to a third more.
 */
export type WasmBuild = () => Promise<{ readonly bytes: string }>;

/** A compiled AssemblyScript module in its tiers. */
export interface WasmModule {
  /** Package and file, for messages. */
  readonly name: string;
  /** SIMD128: multiply, then add. */
  readonly plain: WasmBuild;
  /** Relaxed SIMD: fused multiply-add. */
  readonly relaxed: WasmBuild;
  /** The same, with tiles for an engine that pairs adjacent lanes to 256 bits. The same bits. */
  readonly wide: WasmBuild;
}

/** What is used of Node's global; absent in browsers. */
interface Host {
  readonly process?: {
    getBuiltinModule?(name: 'node:zlib'): { inflateRawSync(bytes: Uint8Array): Uint8Array<ArrayBuffer> };
  };
}

/** Loads a build. Node's own streams take a tenth of a second to load, so that they are left to pages. @throws Error for what is not deflated. */
export async function bytesOf(build: WasmBuild): Promise<Uint8Array<ArrayBuffer>> {
  const { bytes } = await build();
  const deflated = Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0));
  const zlib = (globalThis as Host).process?.getBuiltinModule?.('node:zlib');
  if (zlib) return zlib.inflateRawSync(deflated);
  const inflated = new Blob([deflated]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(inflated).arrayBuffer());
}

/** A place in the device's memory, in bytes. */
export type Pointer = number;

/** The device's memory in the types that arguments have. */
export interface Views {
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
}

/** Arguments by the names of a kernel's parameters. */
export type LaunchArgs = object;

/** A kernel of a module. Generated from its source. */
export interface Kernel {
  readonly module: WasmModule;
  readonly name: string;
  /** Bytes of a record of its arguments, a multiple of 8. */
  readonly bytes: number;
  /** Writes such a record at a place that is a multiple of 8. */
  write(memory: Views, at: Pointer, args: LaunchArgs): void;
}

/**
 * A kernel, ready to run: one phase of an op. Its units share no output element, so that any split of them over any number of
 * workers, in any order, gives the same bits.
 */
export interface Launch {
  readonly kernel: Kernel;
  readonly units: number;
  readonly args: LaunchArgs;
}

/** A kernel for given shapes and attributes. */
export interface Plan {
  /** Bytes that the op's launches share, such as partial sums; 256-byte aligned. Default 0. */
  readonly shared?: number;
  /** Bytes of scratch that each worker has for itself; 256-byte aligned. Default 0. */
  readonly own?: number;
  /**
   * What runs, one launch after the other, each when the one before is done. A pure function of pointers: a recording asks again
   * for other places. An absent input, which `plan` has seen as null, is 0. Every element of every output must be written.
   */
  launches(ins: readonly Pointer[], outs: readonly Pointer[], shared: Pointer): readonly Launch[];
}

/** How one op runs on this device. Handed to `wasm({ kernels })` as a value. */
// biome-ignore lint/suspicious/noExplicitAny: attributes are checked by each kernel's own type; lists of kernels mix them.
export interface WasmKernel<A = any, F = any> {
  /** The op's name. */
  readonly op: string;
  readonly module: WasmModule;
  /**
   * The plan, or why this kernel cannot take these inputs. Shapes, types and attributes have passed the op's own rules.
   *
   * @param formulas of the module: sizes of scratch and numbers of units, stated where the kernels are.
   */
  plan(ins: readonly (Spec | null)[], attrs: A, formulas: F): Plan | string;
}
