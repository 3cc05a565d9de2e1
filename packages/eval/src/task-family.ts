// A task as a value: how it is named, configured, made and measured. Trainer, sweep, report and command line work on families handed to
// them and never ask which one they have.
import { type Batches, MOST_TOKENS, type TokenText } from '@twilljs/data';
import type { JsonObject } from '@twilljs/hub';
import type { LanguageModel } from '@twilljs/hybrid';
import { type Fields, type Given, type MixerFamily, readOptions, type Values } from '@twilljs/nn';
import { knownOnly, nearest, OptionError, shown } from '@twilljs/tensor';
import type { LossUnit } from './loss-unit.ts';
import { type ComparedMeasure, compared, type Measure, type Measuring, type Probe } from './measure.ts';
import { requireReadout } from './readout.ts';

/** A text as ids. What is not said of documents: it is one. */
export interface TaskTokens extends Pick<TokenText, 'tokens'>, Partial<Omit<TokenText, 'bytes' | 'tokens'>> {}

/** Text, and the part of it that is kept from training. */
export interface TaskText {
  readonly train: TaskTokens;
  readonly evaluation: TaskTokens;
  /** Of several texts: which part of the rows each is to be. Default: all are of `train`. */
  readonly mixture?: readonly { readonly weight: number; readonly train: TaskTokens }[];
}

/** What batches are made from, beside the options. */
export interface TrainingGiven {
  /** Decides the batches. */
  readonly seed: number;
  /** Of the run: a task may grow harder over them. */
  readonly steps: number;
  /** Of a family that `readsText`. */
  readonly text?: TaskText;
}

/** What the fixed rows of a measurement are made from. */
export interface ProbeGiven {
  /** 0 is the set on which runs compare, whatever their own seeds. */
  readonly seed: number;
  /** Difficulties, instead of the task's own. */
  readonly at?: readonly number[];
  /** Of a family that `readsText`. */
  readonly text?: MeasuredText;
}

/** A text that is measured on. */
export interface MeasuredText extends TaskTokens {
  /** Bytes of the text itself, in UTF-8. Default: as many as tokens, which then are its bytes. */
  readonly bytes?: number;
  /** What it is, for messages. */
  readonly what: string;
}

/** What a report says of a task; a task without words is told by its title and summary. */
export interface TaskWords<F extends Fields = Fields> {
  /** What is asked, in a sentence or two. @param hardest the difficulty that models are compared at. */
  about?(options: Values<F>, hardest: number): string;
  /** What is better or worse for a model, as a noun: `recall`. */
  readonly noun?: string;
  /** What a difference of the main measure is counted in: `bit`. */
  readonly unit?: string;
  /** What one model, and several, do that succeed: `recalls`, `recall`. */
  readonly verbs?: readonly [one: string, many: string];
  /** What so many steps do not show. */
  limit?(steps: string): string;
  /** A sentence for the caption of learning curves. */
  readonly curves?: string;
}

/** A kind of task. `F` is the table of its options, which has `length` and `batch`; `P` what its measures need. */
export interface TaskFamily<F extends Fields = Fields, P extends Probe = Probe> {
  /** As `--task` takes it: `mqar`. */
  readonly name: string;
  /** Other names by which specifications and commands know it. */
  readonly aliases?: readonly string[];
  /** What sections of a report are called: `Recall`. */
  readonly title: string;
  /** In a few words, for help texts: `recall of values by keys`. */
  readonly summary: string;
  readonly fields: F;
  /** It learns from text of the user's and needs `text` where it is opened. */
  readonly readsText?: true;
  /** What is measured; by the first, which is compared, a run is judged. */
  readonly measures: readonly [ComparedMeasure<P>, ...Measure<P>[]];
  /** In what the training loss is told. */
  readonly lossUnit: LossUnit;
  /** What difficulty counts: the option that sets the greatest, and its unit. */
  readonly axis: { readonly field: string; readonly unit: string };
  readonly words?: TaskWords<F>;
  /** What follows the blocks of its models, before their last norm and head: a block like others, but that it may read a whole row. */
  readonly readout?: MixerFamily;
  /** Ids that occur, N; of text, those of its bytes. */
  vocab(options: Values<F>): number;
  /** Accuracy of guessing, where the task has one. */
  chance?(options: Values<F>): number;
  /** @throws OptionError when the options contradict each other. */
  batches(options: Values<F>, given: TrainingGiven): Batches;
  /** @throws OptionError when there is nothing to measure on. */
  probe(options: Values<F>, given: ProbeGiven): P;
}

/** The family of a name or an alias. @throws OptionError naming the known ones. */
export function taskNamed(tasks: readonly TaskFamily[], name: unknown, where = 'task'): TaskFamily {
  const family = tasks.find((task) => task.name === name || task.aliases?.includes(name as string));
  if (family) return family;
  const names = tasks.flatMap((task) => [task.name, ...(task.aliases ?? [])]);
  const near = typeof name === 'string' ? nearest(name, names) : null;
  throw new OptionError(
    `${where} is ${shown(name)} where ${names.map((one) => `"${one}"`).join(', ')} is needed; ${near ? `did you mean ${near}?` : 'choose one.'}`,
  );
}

/** The options of a task, complete: rows and their length among them. */
export type TaskSettings = Values<Fields> & { readonly length: number; readonly batch: number };

/**
 * Reads and completes what is given for a task.
 *
 * @throws OptionError for an unknown name, a value that cannot be, and steps beyond all use.
 */
export function taskSettings(family: TaskFamily, given: Given<Fields>, where: string): TaskSettings {
  const options = readOptions(family.fields, given, where) as TaskSettings;
  const { batch, length } = options;
  if (batch * length <= MOST_TOKENS) return options;
  throw new OptionError(
    `${where}: a batch of ${batch} rows of ${length} makes ${batch * length} tokens a step, above the limit of ${MOST_TOKENS}; lower one of them.`,
  );
}

/** Which of two measurements of a task is better, as the trainer takes it. */
export function betterOf({ name, measures: [main] }: TaskFamily): { of: string; direction: 'lower' | 'higher' } {
  if (main.better !== null) return { of: main.judged ?? main.name, direction: main.better };
  throw new OptionError(`task ${name}: its first measure, ${main.name}, says not what is better; put another first.`);
}

/** What a record has of settings: an option that came after such records stands in it where it is not its default. */
export const settingsToRecord = ({ fields }: TaskFamily, settings: TaskSettings): JsonObject =>
  Object.fromEntries(
    Object.entries(settings).filter(([name, value]) => !fields[name].late || value !== fields[name].default),
  ) as JsonObject;

/** What run.json says of the data of a run, so that a run that goes on is known to read the same. */
export const taskRecord = (family: TaskFamily, settings: TaskSettings, text?: object): JsonObject => ({
  kind: family.name,
  ...text,
  ...settingsToRecord(family, settings),
});

export interface MeasureTaskOptions extends Measuring {
  /** Default: those of the task. */
  readonly measures?: readonly Measure[];
}

/**
 * Takes all measures of a task, one after another, and puts what they find into one object.
 *
 * @returns also `task`, its name, and `notFinite`: where a model first gave no number, or null.
 * @throws OptionError for a model with another readout than the task's.
 */
export async function measureTask(
  model: LanguageModel,
  family: TaskFamily,
  probe: Probe,
  options: MeasureTaskOptions = {},
): Promise<JsonObject> {
  knownOnly('measureTask', options, ['measures', 'all', 'onPart']);
  const { measures = family.measures, ...how } = options;
  requireReadout(model, family);
  const found: JsonObject = { task: family.name, notFinite: null };
  if (!Array.isArray(probe?.sets) || probe.sets.length === 0) {
    throw new OptionError(`task ${family.name}: its probe has no sets to measure on; give one or more.`);
  }
  for (const measure of measures) {
    const { notFinite = null, ...part } = measure.compute
      ? partOf(measure, await measure.compute(model, probe, how))
      : {};
    const twice = Object.keys(part).find((name) => Object.hasOwn(found, name));
    if (twice !== undefined) {
      throw new OptionError(
        `measure ${measure.name}: it gives ${twice}, which is there already; give it another name.`,
      );
    }
    Object.assign(found, part, { notFinite: found.notFinite ?? notFinite ?? brokenIn(measure, part) });
  }
  return found;
}

/** A file holds null for a number that is not finite, as for one that there is not: here they can still be told apart. */
function brokenIn(measure: Measure, part: JsonObject): string | null {
  const value = measure.kind === 'number' ? measure.value(part) : null;
  return typeof value === 'number' && !Number.isFinite(value) ? `the measure ${measure.name}` : null;
}

/** What a measure has found, which a file can hold. */
function partOf({ name }: Measure, found: unknown): JsonObject {
  const isObject = typeof found === 'object' && found !== null && !Array.isArray(found);
  if (isObject && isJson(found)) return found as JsonObject;
  throw new OptionError(
    `measure ${name}: compute gives ${shown(found)} where an object of JSON is needed; correct it.`,
  );
}

function isJson(value: object): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}

/** What a measure tells of a measurement. @throws OptionError when that is no list of texts. */
export function linesOf(measure: Measure, measurement: JsonObject, family: TaskFamily): string[] {
  const lines: unknown = measure.lines(measurement, family);
  if (Array.isArray(lines) && lines.every((line) => typeof line === 'string')) return lines;
  throw new OptionError(
    `measure ${measure.name}: lines gives ${shown(lines)} where a list of texts is needed; correct it.`,
  );
}

/** Why the figures of a measurement are not finite; null where they are. */
export function brokenText({ notFinite }: JsonObject): string | null {
  return typeof notFinite === 'string' ? `the model is not finite, first at ${notFinite}` : null;
}

/** A measurement in a line: `2.531 ± 0.028 bits per byte`; of a model that is not finite, where it is not. */
export function measuredText(measurement: JsonObject, family: TaskFamily): string {
  const [short] = linesOf(family.measures[0], measurement, family);
  const reason = brokenText(measurement);
  return reason === null ? short : `${short}: ${reason}`;
}

/** What else there is to say of a measurement, in lines. */
export const detailLines = (
  measurement: JsonObject,
  family: TaskFamily,
  measures: readonly Measure[] = family.measures,
): string[] => measures.flatMap((one) => linesOf(one, measurement, family)).slice(1);

/** Those of a task, and further ones that it has not. @throws OptionError for two of one name. */
export function measuresOf(family: TaskFamily, more: readonly Measure[]): readonly Measure[] {
  const all = [...family.measures, ...more.filter((one) => !family.measures.includes(one))];
  const twice = all.find(({ name }, i) => all.findIndex((other) => other.name === name) !== i);
  if (!twice) return all;
  throw new OptionError(`task ${family.name}: two of its measures are called ${twice.name}; rename one of them.`);
}

/** Values that a measurement holds of compared measures, in their order; null where one is missing, damaged or not finite. */
export function valuesOf(measures: readonly Measure[], measurement: JsonObject): JsonObject | null {
  const values = compared(measures).map((one) => [one.name, one.value(measurement)] as const);
  const isMissing = (value: unknown) => value === undefined || (value === null && brokenText(measurement) !== null);
  return values.some(([, value]) => isMissing(value)) ? null : (Object.fromEntries(values) as JsonObject);
}
