// Programs as gpu.js compiles them, each once for what it is called with.
import { DeviceError, OptionError } from '@twilljs/tensor';
import type { Argument, Call, Numbers, Operand, Program } from './kernel.ts';
import { GPU, type Gpu, type GpuKernel, WebGL2Kernel, WebGLKernel } from './library.ts';
import { released } from './memory.ts';
import type { GpuJsMode } from './options.ts';

/** Up to which every index is exact in f32. */
export const MOST = 2 ** 24;

/** Of its own: what reads an array is another program in WebGL than what reads a texture. */
const upload: Program = { name: 'upload', source: 'function(x, from) { return x[this.thread.x + from]; }' };

/** gpu.js has no empty arrays. */
const EMPTY = /* @__PURE__ */ new Float32Array(0);
const ONE = /* @__PURE__ */ new Float32Array(1);

/** @throws DeviceError where the mode is not there. */
export function openPrograms(mode: 'auto' | GpuJsMode): { programs: Programs; tier: GpuJsMode; reason: string } {
  let gpu: Gpu;
  try {
    gpu = new GPU({ ...(mode !== 'auto' && { mode }), asyncMode: true });
  } catch (error) {
    throw new DeviceError(`gpujs: ${mode} is not here (${(error as Error).message}); leave mode out, or use webasm.`);
  }
  const tier = gpu.Kernel === WebGL2Kernel ? 'webgl2' : gpu.Kernel === WebGLKernel ? 'webgl' : (gpu.mode as GpuJsMode);
  if (mode !== 'auto' && mode !== tier) {
    throw new DeviceError(`gpujs: ${mode} was asked for and gpu.js took ${tier}; leave mode out, or say ${tier}.`);
  }
  requireCompiler(tier);
  const reason = mode === 'auto' ? 'the first that is there of webgl2, webgl, webasm and cpu' : '';
  return { programs: new Programs(gpu, tier), tier, reason };
}

/** The smallest module of WebAssembly: its magic number and version. */
const nothing = /* @__PURE__ */ Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

/** What a page must allow for a tier to compile: WebGL needs nothing. */
const words: Partial<Record<GpuJsMode, { word: string; tries: () => unknown }>> = {
  webasm: { word: 'wasm-unsafe-eval', tries: () => new WebAssembly.Module(nothing) },
  cpu: { word: 'unsafe-eval', tries: () => new Function('') },
};

/** @throws DeviceError where the page's policy lets it compile nothing. */
function requireCompiler(tier: GpuJsMode): void {
  try {
    words[tier]?.tries();
  } catch (cause) {
    throw new DeviceError(
      `gpujs: ${tier} may compile nothing here, because the page's Content-Security-Policy does not allow it; add '${words[tier]!.word}' to its script-src.`,
      { cause },
    );
  }
}

export class Programs {
  private readonly gpu: Gpu;
  private readonly tier: GpuJsMode;
  private readonly made = new Map<string, GpuKernel>();
  /** What stands for an empty array where one is read. */
  private one: Numbers | null = null;

  constructor(gpu: Gpu, tier: GpuJsMode) {
    this.gpu = gpu;
    this.tier = tier;
  }

  /** Runs `body`, and gives back what it called for and does not return. */
  async within(body: (call: Call) => Promise<readonly Numbers[]>): Promise<readonly Numbers[]> {
    const all: Numbers[] = [];
    const results = await body(async (program, count, args) => {
      const numbers = await this.run(program, count, args);
      all.push(numbers);
      return { numbers, offset: 0, shape: [count], dtype: 'f32' };
    });
    for (const numbers of all) if (!results.includes(numbers)) released(numbers);
    return results;
  }

  /** Host numbers as this device keeps them. */
  async uploaded(numbers: Float32Array): Promise<Numbers> {
    const isTexture = this.tier === 'webgl2' || this.tier === 'webgl';
    if (!isTexture || numbers.length === 0) return numbers;
    return this.kernelOf(upload, numbers.length)(numbers, 0);
  }

  async dispose(): Promise<void> {
    await this.gpu.destroy();
  }

  private async run(program: Program, count: number, args: readonly Argument[]): Promise<Numbers> {
    if (count > MOST) {
      throw new OptionError(
        `gpujs: ${program.name} has ${count} elements to compute, and places are exact up to ${MOST}; use a smaller batch, or wasm.`,
      );
    }
    if (count === 0) return EMPTY;
    try {
      this.one ??= await this.uploaded(ONE);
      const readable = (numbers: Numbers) => (isArray(numbers) && numbers.length === 0 ? this.one : numbers);
      const given = args.flatMap<unknown>((arg) =>
        isOperand(arg) ? [readable(arg.numbers), ...(program.isBare ? [] : [arg.offset])] : [arg],
      );
      const kernel = this.kernelOf(program, count);
      const numbers = await kernel(...given);
      const { fallbackReason } = kernel.kernel;
      if (fallbackReason) throw new Error(`it cannot run on ${this.tier}, since ${fallbackReason}; try mode cpu`);
      return numbers;
    } catch (error) {
      throw new DeviceError(`gpujs: ${program.name} failed in gpu.js: ${(error as Error).message}`, { cause: error });
    }
  }

  private kernelOf({ name, source }: Program, count: number): GpuKernel {
    // Two kernels may call their programs the same. Plain JavaScript compiles the length of the output in.
    const key = `${this.tier === 'cpu' ? count : ''} ${name}: ${source}`;
    const known = this.made.get(key);
    if (known) {
      if (this.tier !== 'cpu') known.setOutput([count]);
      return known;
    }
    const kernel = this.gpu.createKernel(source, {
      ...{ output: [count], dynamicOutput: true, dynamicArguments: true },
      ...{ pipeline: true, immutable: true, precision: 'single', tactic: 'precision', loopMaxIterations: MOST },
    });
    this.made.set(key, kernel);
    return kernel;
  }
}

const isOperand = (arg: Argument): arg is Operand => typeof arg === 'object' && 'numbers' in arg;

const isArray = (numbers: Numbers): numbers is Float32Array => numbers instanceof Float32Array;
