// The machine as Twill sees it: engine, processors, WebAssembly features, a GPU, a browser.
import { accessSync, constants } from 'node:fs';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import { isTwillError } from '@twilljs/tensor';
import { device } from 'twilljs';
import { version } from '../version.ts';

export type Facts = Readonly<Record<string, string>>;

/** One function each that uses the feature; the engine has it if the module is valid. */
const probes: Readonly<Record<string, readonly number[]>> = {
  // () -> v128: i8x16.popcnt(i8x16.splat(0))
  simd: [1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
  // () -> v128: i8x16.relaxed_swizzle(i8x16.splat(1), i8x16.splat(2))
  'relaxed-simd': [
    1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11,
  ],
  // a shared memory and i32.atomic.load of its first word
  threads: [1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 4, 1, 3, 1, 1, 10, 11, 1, 9, 0, 65, 0, 254, 16, 2, 0, 26, 11],
};

const header = [0, 97, 115, 109, 1, 0, 0, 0];

export async function machineFacts(): Promise<Facts> {
  const { node, v8 } = process.versions;
  const [cpu] = cpus();
  return {
    twill: await version(),
    node: `${node} (V8 ${v8})`,
    system: `${platform()} ${release()} ${arch()}`,
    processors: `${availableParallelism()} x ${cpu?.model.trim() || 'unknown kind'}`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    wasm: await wasmFeatures(),
    gpu: await gpuFact(),
    browser: browserPath() ?? 'none found; only tests in a browser need one',
  };
}

/** Asked after a device has switched on what the engine has: Node 20 has relaxed SIMD behind a flag. */
async function wasmFeatures(): Promise<string> {
  try {
    (await device({ name: 'wasm', threads: 1 }))[Symbol.dispose]();
  } catch (error) {
    if (!isTwillError(error)) throw error;
  }
  const words = Object.entries(probes).map(([name, body]) => {
    const has = WebAssembly.validate(Uint8Array.from([...header, ...body]));
    return `${name} ${has ? 'yes' : 'no'}`;
  });
  return words.join(', ');
}

/** The adapter that WebGPU reaches, a program on the processor too, or why there is none. */
async function gpuFact(): Promise<string> {
  try {
    using gpu = await device({ name: 'webgpu' });
    return gpu.label;
  } catch (error) {
    if (isTwillError(error)) return error.message;
    throw error;
  }
}

/** The first browser on the path that can run the tests. */
function browserPath(): string | null {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
