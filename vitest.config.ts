// Tests read source, not dist. Project `test` takes minutes, project `accept` holds the long checks.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultClientConditions, defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const shared = {
  resolve: { conditions: ['@twilljs/source', ...defaultClientConditions] },
  ssr: {
    resolve: {
      conditions: ['@twilljs/source', ...defaultServerConditions],
      externalConditions: ['@twilljs/source', ...defaultServerConditions],
    },
  },
};

/** Large files first, as vitest has it, but before them those that are short and take minutes: none runs alone at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => /\/golden\/|\/doctest\.test|\/examples\.test/.test(moduleId);
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    // Forks: the wasm device sets V8 flags at run time, which is a matter of the whole process.
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        ...shared,
        test: {
          name: 'test',
          include: ['{packages,golden,scripts}/**/*.test.ts', 'docs/{.vitepress,live}/**/*.test.ts'],
          globalSetup: ['scripts/vitest/kernels.ts'],
          setupFiles: ['scripts/vitest/quiet.ts'],
          // Two files run at a time. With more threads everything has the same bits: `TWILL_THREADS=2 pnpm vitest`.
          // Drivers of Vulkan complain to standard error where there is no folder for sockets, which they do not need.
          env: {
            TWILL_THREADS: process.env.TWILL_THREADS ?? '1',
            XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? tmpdir(),
            TWILL_CACHE: process.env.TWILL_CACHE ?? join(tmpdir(), 'twill-cache'), // not the user's
          },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        ...shared,
        test: {
          name: 'accept',
          include: ['accept/**/*.accept.ts'],
          globalSetup: ['scripts/vitest/kernels.ts'],
          testTimeout: 3_600_000,
          hookTimeout: 3_600_000,
        },
      },
    ],
  },
});
