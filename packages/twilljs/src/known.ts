// All that the names in a specification may mean.
import type { Known } from '@twilljs/sweep';
import { measures } from './measures.ts';
import { mixers } from './mixers.ts';
import { modelSizes } from './sizes.ts';
import { tasks } from './tasks.ts';

/** Every mixer, task, size and further measure of this version: `readSweepSpec(json, known)`. */
export const known: Known = { mixers, tasks, measures, sizes: /* @__PURE__ */ Object.values(modelSizes) };
