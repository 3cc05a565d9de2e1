// Child processes of a test file read source, as `pnpm start` does.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { root } from '../check/repository.ts';

/** For the whole of a test file: the processes that it starts are given the loader and the condition of the clone. */
export function childrenReadSource(): void {
  const before = process.env.NODE_OPTIONS;
  beforeAll(() => {
    const tsx = pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href;
    process.env.NODE_OPTIONS = `--conditions=@twilljs/source --import=${tsx}`;
  });
  afterAll(() => {
    if (before === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = before;
  });
}
