// Goldens of evaluation in a folder: what the lm-evaluation-harness and the tools of "Just read twice" made of documents with small models,
// rows of synthetic tasks, and texts of RULER.
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readText } from '@twilljs/hub/node';
import type { MixerFamily } from '@twilljs/nn';
import { type Device, isTwillError } from '@twilljs/tensor';
import { type Cases, firstLineHas } from './cases.ts';
import { type EvalModel, evalModel } from './eval-model.ts';
import type { Replayed } from './measured.ts';
import { replayBenchmarks } from './replay-benchmarks.ts';
import { replayPool, replayRecall } from './replay-recall.ts';
import { replayGenerations, replayRequests } from './replay-requests.ts';
import { replayRuler, rulerFiles } from './replay-ruler.ts';
import { replaySynthetic, syntheticFiles } from './replay-synthetic.ts';
import { replayUnits } from './replay-units.ts';

/** A file, or a folder of runs. */
export interface EvalTarget {
  readonly kind: 'eval';
  readonly path: string;
  replay(mixers: readonly MixerFamily[], device: Device): Promise<ReplayedEvals>;
}

export interface ReplayedEvals {
  /** One for each file. */
  readonly replayed: readonly Replayed[];
  readonly skipped: readonly Skipped[];
}

/** What cannot be replayed, and why. */
export interface Skipped {
  readonly path: string;
  readonly reason: string;
}

export interface FoundEvals {
  readonly found: readonly EvalTarget[];
  readonly skipped: readonly Skipped[];
  /** The files that are goldens of evaluation, with their model or without. */
  readonly taken: readonly string[];
}

/** Files of cases by their names; the group names the model. */
const forms: readonly { readonly pattern: RegExp; replay(path: string, given: EvalModel): Promise<Cases> }[] = [
  { pattern: /^requests-(.+)\.jsonl$/, replay: replayRequests },
  { pattern: /^generate-(.+)\.jsonl$/, replay: replayGenerations },
];

/**
 * The goldens of evaluation among the files of a folder.
 *
 * @param base where `model-<name>` may be, beside the folder itself and the two above it; null for nowhere.
 */
export function findEvals(folder: string, names: readonly string[], base: string | null): FoundEvals {
  const found: EvalTarget[] = [];
  const skipped: Skipped[] = [];
  const taken: string[] = [];
  const modelOf = (name: string) => modelIn([...(base === null ? [] : [base]), folder], name);

  const add = (path: string, replay: EvalTarget['replay']) => found.push({ kind: 'eval', path, replay });
  function withModel(path: string, name: string, replay: (given: EvalModel) => Promise<ReplayedEvals>): void {
    const directory = modelOf(name);
    if (directory === null) {
      skipped.push({ path, reason: `it is of the model ${name}; name the folder that holds model-${name} by --base` });
      return;
    }
    add(path, async (mixers, device) => {
      using given = await evalModel(directory, mixers, device);
      return await replay(given);
    });
  }

  /** False for a file that is no golden of evaluation. */
  function file(name: string): boolean {
    const path = join(folder, name);
    const { pattern, replay } = forms.find((form) => form.pattern.test(name)) ?? {};
    if (pattern && replay)
      withModel(path, pattern.exec(name)![1], async (given) => one(path, await replay(path, given)));
    else if (name === 'units.json') add(path, async () => one(path, await replayUnits(path)));
    else if (syntheticFiles.test(name)) add(path, async () => one(path, replaySynthetic(path)));
    else if (rulerFiles.test(name)) add(path, async () => one(path, await replayRuler(path, modelOf)));
    else if (/^fewshot-pool\..+\.json$/.test(name)) add(path, async () => replayPool(path));
    else if (name.endsWith('.jsonl') && firstLineHas(path, ['task', 'style']))
      add(path, () => replayRecall(path, modelOf));
    else return false;
    return true;
  }

  if (names.includes('results.json') && areRuns(join(folder, 'results.json'))) {
    taken.push(...names.filter((name) => name === 'results.json' || name.endsWith('.jsonl')));
    withModel(folder, basename(folder), (given) => replayBenchmarks(folder, given));
  }
  taken.push(...names.filter((name) => /\.jsonl?$/.test(name) && !taken.includes(name) && file(name)));
  if (taken.some((name) => rulerFiles.test(name))) taken.push('tokenizer.json'); // whose tokens they count in
  return { found, skipped, taken };
}

const one = (path: string, cases: Cases): ReplayedEvals => ({ replayed: [{ path, measured: [], cases }], skipped: [] });

/** Below one of these folders, or of the two above each. */
function modelIn(folders: readonly string[], name: string): string | null {
  const places = folders.flatMap((folder) => [folder, join(folder, '..'), join(folder, '../..')]);
  const models = places.map((place) => join(place, `model-${name}`));
  return models.find((one) => existsSync(join(one, 'config.json'))) ?? null;
}

/** Whether a file holds runs with their metrics; false for what cannot be read as JSON. */
function areRuns(path: string): boolean {
  try {
    const [run] = Object.values(JSON.parse(readText(path)) ?? {}) as unknown[];
    return typeof run === 'object' && run !== null && 'metrics' in run && 'max_length' in run;
  } catch (error) {
    if (error instanceof SyntaxError || isTwillError(error)) return false;
    throw error;
  }
}
