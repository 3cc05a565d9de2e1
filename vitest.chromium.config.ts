// `pnpm test:chromium`: the tests that hold WebGPU and WebGL 2 to the definitions of ops, in a page of headless Chromium. They are the files
// that run in Node too; of their devices the page takes `webgpu` and `gpujs webgl2`. The golden models are whole here alone (golden/models-webgpu.test.ts).
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defaultClientConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { chromium, softwareAdapter } from './scripts/vitest/page/chromium.ts';
import { pageTests } from './scripts/vitest/page/matrix.ts';

const files = fileURLToPath(new URL('scripts/vitest/page/files.ts', import.meta.url));

export default defineConfig({
  resolve: {
    conditions: ['@twilljs/source', ...defaultClientConditions],
    alias: Object.fromEntries(
      ['fs/promises', 'fs', 'path', 'url', 'crypto', 'os', 'timers/promises', 'worker_threads'].map((name) => [
        `node:${name}`,
        files,
      ]),
    ),
  },
  test: {
    name: 'chromium',
    include: pageTests(),
    testNamePattern: /webgpu|webgl2/,
    hideSkippedTests: true,
    globalSetup: ['scripts/vitest/kernels.ts'],
    setupFiles: ['scripts/vitest/quiet.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      isolate: false, // the library is loaded once; each file makes a device of its own
      provider: playwright({ launchOptions: { executablePath: chromium(), args: [...softwareAdapter] } }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
