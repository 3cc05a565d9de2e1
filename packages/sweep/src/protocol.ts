// Protocols as sweeps, and the scores of their results.
import { type Protocol, type ProtocolTask, taskSettings } from '@twilljs/eval';
import type { Ratio } from '@twilljs/hybrid';
import { knownOnly, OptionError } from '@twilljs/tensor';
import { type TrainOptions, trainOptions } from '@twilljs/train';
import type { Json } from './checks.ts';
import type { Known } from './known.ts';
import { titleOf } from './names.ts';
import { type CellPlace, cellPlaces } from './plan.ts';
import { type SweepResults, valueIn } from './results.ts';
import type { ModelSize } from './sizes.ts';

/** Whom a protocol is asked of. */
export interface ProtocolModels {
  readonly mixers: readonly string[];
  /** Default: every mixer alone. */
  readonly ratios?: readonly (Ratio | string)[];
  readonly size: ModelSize;
}

/**
 * The specification of a sweep over all settings of a protocol, learning rates and decays.
 *
 * @returns for `readSweepSpec`, or a file.
 * @throws OptionError for an unknown name among `models`; what they are is checked where the specification is read.
 */
export function protocolSpec(protocol: Protocol, models: ProtocolModels) {
  knownOnly('protocolSpec: models', models, ['mixers', 'ratios', 'size']);
  const { mixers, ratios = ['pure'], size } = models;
  const { name, title, tasks, learningRates, weightDecays, seed } = protocol;
  const grids = tasks.flatMap(({ task, settings }) =>
    settings.flatMap(({ name, data, steps }) =>
      learningRates.map((lr) => ({
        name: `${task.name}-${name}-lr${lr}`,
        section: title,
        task: task.name,
        ...{ mixers, ratios, sizes: [size], seeds: [seed] },
        training: { steps, ...protocol.training(lr) },
        data,
        over: { weightDecay: weightDecays },
      })),
    ),
  );
  return { name, grids };
}

/** What an architecture reached at one setting, by the best learning rate and decay. */
export interface SettingScore {
  readonly setting: string;
  readonly value: number;
  readonly lr: number;
  readonly weightDecay: number;
}

/** An architecture by a protocol. Values are those by which a run of the task is judged, of several seeds the mean. */
export interface ProtocolScore {
  readonly title: string;
  readonly mixer: string;
  readonly ratio: Ratio;
  /** In the order of the protocol; null where results are missing. */
  readonly tasks: readonly {
    readonly label: string;
    /** Mean over the settings. */
    readonly score: number | null;
    readonly settings: readonly SettingScore[];
  }[];
  /** Mean over the tasks; null where results are missing. */
  readonly average: number | null;
  /** Runs without a result, in words. */
  readonly missing: readonly string[];
  /** Runs in all. */
  readonly runs: number;
}

/** What is there of a protocol in results, by architecture: of each the scores that its results suffice for. */
export function partialScores(results: SweepResults, known: Known, protocol: Protocol): ProtocolScore[] {
  const cells = new Map(results.cells.map((cell) => [cell.name, cell]));
  const models = new Map<string, { place: CellPlace; values: Map<string, number[]> }>();
  const expected = new Set(protocol.tasks.flatMap((task) => runsOf(protocol, task).map(({ key }) => key)));
  for (const place of cellPlaces(results.spec, known)) {
    const key = keyOf(place.asked.family.name, place.data, place.training);
    if (!expected.has(key)) continue;
    const title = titleOf({ ...place, settings: {} });
    const model = models.get(title) ?? { place, values: new Map<string, number[]>() };
    models.set(title, model);
    const cell = cells.get(place.name);
    const [main] = place.asked.family.measures;
    const value = cell && cell.failed === undefined ? hardest(valueIn(cell, main)) : null;
    if (value !== null) model.values.set(key, [...(model.values.get(key) ?? []), value]);
  }
  return [...models].map(([title, { place, values }]) => scoreOf(protocol, values, { title, place }));
}

/**
 * Scores of all architectures of a sweep by a protocol.
 *
 * @throws OptionError where it has no run of the protocol, and naming the runs that an architecture lacks.
 */
export function protocolScores(results: SweepResults, known: Known, protocol: Protocol): ProtocolScore[] {
  const scores = partialScores(results, known, protocol);
  if (scores.length === 0) {
    throw new OptionError(
      `${protocol.title}: the sweep ${results.spec.name} has no run of it; train what protocolSpec says.`,
    );
  }
  const short = scores.find(({ missing }) => missing.length > 0);
  if (!short) return scores;
  throw new OptionError(`${protocol.title}: ${missingText(short)}; go on with the sweep, or add them to it.`);
}

/** `GLA lacks 3 of 396 results: mad-recall baseline, lr 0.001, weight decay 0; ...`. */
export function missingText({ title, missing, runs }: ProtocolScore): string {
  const more = missing.length > 4 ? `; and ${missing.length - 4} more` : '';
  return `${title} lacks ${missing.length} of ${runs} results: ${missing.slice(0, 4).join('; ')}${more}`;
}

/** All that a run is: of an unknown option its default. */
const keyOf = (task: string, data: Json, training: TrainOptions): string => JSON.stringify([task, data, training]);

/** Every run of a task, setting by setting. */
function runsOf(protocol: Protocol, { task, settings }: ProtocolTask) {
  return settings.flatMap(({ name: setting, data, steps }) =>
    protocol.learningRates.flatMap((lr) =>
      protocol.weightDecays.map((weightDecay) => {
        const training = trainOptions({ steps, ...protocol.training(lr), weightDecay }, protocol.name);
        const key = keyOf(task.name, taskSettings(task, data as never, task.name), training);
        return {
          setting,
          lr,
          weightDecay,
          key,
          text: `${task.name} ${setting}, lr ${lr}, weight decay ${weightDecay}`,
        };
      }),
    ),
  );
}

function scoreOf(
  protocol: Protocol,
  values: ReadonlyMap<string, readonly number[]>,
  { title, place }: { title: string; place: CellPlace },
): ProtocolScore {
  const missing: string[] = [];
  let count = 0;
  const tasks = protocol.tasks.map((task) => {
    const runs = runsOf(protocol, task).map((run) => ({ ...run, value: meanOf(values.get(run.key) ?? []) }));
    const absent = runs.filter(({ value }) => value === null);
    missing.push(...absent.map(({ text }) => text));
    count += runs.length;
    const settings = task.settings.flatMap(({ name }): SettingScore[] => {
      const own = runs.filter(({ setting }) => setting === name);
      if (own.some(({ value }) => value === null)) return [];
      const best = own.reduce((a, b) => ((b.value as number) > (a.value as number) ? b : a));
      return [{ setting: name, value: best.value as number, lr: best.lr, weightDecay: best.weightDecay }];
    });
    const score = absent.length > 0 ? null : meanOf(settings.map(({ value }) => value));
    return { label: task.label, score, settings };
  });
  const scores = tasks.flatMap(({ score }) => score ?? []);
  const average = scores.length === tasks.length ? meanOf(scores) : null;
  return { ...{ title, mixer: place.family.name, ratio: place.ratio }, tasks, average, missing, runs: count };
}

/** The value of a measure at the greatest difficulty; null where there is none. */
function hardest(value: unknown): number | null {
  if (typeof value === 'number') return value;
  const levels = Object.entries(Object(value)).map(([at, x]) => [Number(at), x] as const);
  const [, last] = levels.reduce((a, b) => (b[0] > a[0] ? b : a), [Number.NEGATIVE_INFINITY, null as unknown]);
  return typeof last === 'number' && Number.isFinite(last) ? last : null;
}

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
