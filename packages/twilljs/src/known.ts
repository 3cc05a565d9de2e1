// All that the names in a specification may mean.
import type { Known } from '@twilljs/sweep';
import { mixers } from './mixers.ts';
import { modelSizes } from './sizes.ts';
import { tasks } from './tasks.ts';

/** Every mixer, task and size of this version: `readSweepSpec(json, known)`. */
export const known: Known = { mixers, tasks, sizes: /* @__PURE__ */ Object.values(modelSizes) };
