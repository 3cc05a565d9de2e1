// What needs files or a terminal.
import { load as loadFrom } from '@twilljs/hub/node';
import { best } from './defaults.ts';

export * from '@twilljs/adapters/node';
export * from '@twilljs/data/node';
export * from '@twilljs/eval/node';
export * from '@twilljs/hub/node';
export * from '@twilljs/report/node';
export * from '@twilljs/sweep/node';
export * from '@twilljs/train/node';
export { mobyDick } from './moby-dick.ts';

/** The module that `inProcesses` starts for each cell: it knows all that `twilljs` knows. */
export const worker: URL = /* @__PURE__ */ new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js',
  import.meta.url,
);

/** `load` of `@twilljs/hub/node`, onto the best device here unless another is given. */
export const load: typeof loadFrom = async (where, options) =>
  loadFrom(where, { ...options, device: options?.device ?? (await best()) });
