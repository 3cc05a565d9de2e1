// gpu.js, as much of it as is used here. Its browser build is part of this package: it has no native parts, and runs in Node too.
/*!
 * This file's build contains gpu.js 2.24, https://gpu.rocks, under the MIT License.
 *
 * Copyright (c) 2019 gpu.js Team
 *
 * Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
 * "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
 * distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
 * the following conditions:
 *
 * The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.
 *
 * THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
 * MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
 * ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH
 * THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
 */
// @ts-expect-error: this build comes without types; as much of them as is used here stands below.
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
