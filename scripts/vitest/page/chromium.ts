// The browser of this machine and its software adapter for WebGPU.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first of Chromium's names on the path. @throws Error where there is none. */
export function chromium(): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (found) return found;
  throw new Error(`none of ${names.join(', ')} is on the PATH; install chromium.`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** WebGPU by SwiftShader, which needs no card, and nothing that calls home. */
export const softwareAdapter: readonly string[] = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  // Workgroup memory starts as zeros by a loop: the extension costs SwiftShader seconds for each pipeline.
  '--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
