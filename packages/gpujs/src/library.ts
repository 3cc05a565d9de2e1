// gpu.js, as much of it as is used here. Its browser build is part of this package: it has no native parts, and runs in Node too.
import library from 'gpu.js/dist/gpu-browser.min.js';
import type { Numbers } from './kernel.ts';

export interface GpuKernel {
  (...args: readonly unknown[]): Promise<Numbers>;
  setOutput(output: readonly number[]): unknown;
  /** What runs: another one than was asked for, where that could not take a program. */
  readonly kernel: { readonly fallbackReason: string | null };
}

export interface Gpu {
  /** `gpu` for either WebGL: which one, the class of its kernels says. */
  readonly mode: string;
  readonly Kernel: unknown;
  createKernel(source: string, settings: object): GpuKernel;
  destroy(): Promise<void>;
}

interface Library {
  readonly GPU: new (settings: { mode?: string; asyncMode: boolean }) => Gpu;
  readonly WebGLKernel: unknown;
  readonly WebGL2Kernel: unknown;
}

export const { GPU, WebGLKernel, WebGL2Kernel } = library as unknown as Library;
