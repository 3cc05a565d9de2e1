// A measure as a value: how a number is found, which way is better, and how it is told. Nobody asks a measure for its name.
import type { Batch } from '@twilljs/data';
import type { JsonObject } from '@twilljs/hub';
import type { LanguageModel } from '@twilljs/hybrid';
import type { MixerFamily } from '@twilljs/nn';
import type { TaskFamily } from './task-family.ts';

/** Rows that every model that is compared is measured on. */
export interface EvaluationSet {
  /** How hard they are, in what the task counts: pairs, tokens. */
  readonly at: number;
  readonly rows: Batch;
}

/** What a task is measured on: fixed, whatever the model and its training. */
export interface Probe {
  /** From the easiest to the hardest. */
  readonly sets: readonly EvaluationSet[];
  /** Tokens of a row, T; of a task whose rows grow with difficulty, of the easiest. */
  readonly length: number;
}

/** How thoroughly, and who is told. */
export interface Measuring {
  /** Measure all there is instead of a sample; of a task that makes its rows the sample is all. */
  readonly all?: boolean;
  /** Told of parts done, and their number, where there is more than one. */
  onPart?(done: number, of: number): void;
}

/** A number; numbers by difficulty; numbers over parts of a window, each under the measure's `item`; or one for each layer of the model. */
export type MeasureValue = number | Readonly<Record<number, number>> | readonly PositionValue[] | readonly LayerValue[];

/** A number over positions [from, to) of a row, under a name of its own. */
export type PositionValue = { readonly from: number; readonly to: number } & Readonly<Record<string, number>>;

/** How JSON, which has no such number, says that there is no end to it. */
export const INFINITE = 'infinite';

/** What was found in a layer. */
export interface LayerValue {
  /** 0-based: its place in the list. */
  readonly layer: number;
  /** Name of its mixer, and what that is: softmax layers among linear ones are marked. */
  readonly mixer: string;
  readonly role: MixerFamily['role'];
  /** Null where a layer has no such thing, or what was found is no number. */
  readonly value: number | typeof INFINITE | null;
}

interface Told<P extends Probe> {
  /** Its key in measurements and results: `bitsPerByte`. */
  readonly name: string;
  /** What tables and pictures call it: `bits per byte`. */
  readonly title: string;
  /** A sentence for captions. */
  readonly about?: string;
  /**
   * Adds to a measurement what this measure finds, as JSON; of what is not finite it says by `notFinite` where. Absent where another
   * measure of the task leaves it there already.
   */
  compute?(model: LanguageModel, probe: P, how: Measuring): Promise<JsonObject>;
  /** What a measurement says of it, in lines for a terminal; the first is the short form. */
  lines(measurement: JsonObject, task: TaskFamily): string[];
}

/** A measure that is told and never compared: what a model costs. */
export interface ToldMeasure<P extends Probe = Probe> extends Told<P> {
  readonly kind: 'told';
}

/** A measure by which models are compared. */
export interface ComparedMeasure<P extends Probe = Probe> extends Told<P> {
  readonly kind: 'number' | 'byDifficulty' | 'byPosition' | 'byLayer';
  /** Null where neither is. */
  readonly better: 'lower' | 'higher' | null;
  /** Between which its numbers lie. One with two ends is drawn whole, such as an accuracy; an open one from its data. */
  readonly range?: readonly [least: number, most: number];
  /** Of numbers above 0 that differ by factors: pictures by layer have a logarithmic axis. */
  readonly scale?: 'log';
  /** Of `byPosition`: the name of its number in each part. */
  readonly item?: string;
  /** The number of a measurement by which the best of a run is found. Default: its name. */
  readonly judged?: string;
  /** Tokens of training below which it says nothing, and no table has it. */
  readonly from?: number;
  /** Its value in a measurement; null where the task cannot have one, undefined where it is missing or damaged. */
  value(measurement: JsonObject): MeasureValue | null | undefined;
  /** Standard error of the number, or of that at the greatest difficulty; null where a measurement does not tell it. */
  error?(measurement: JsonObject): number | null;
}

/** What is measured of a model: a number that models are compared by, or lines that are told. */
export type Measure<P extends Probe = Probe> = ToldMeasure<P> | ComparedMeasure<P>;

/** Those that have values. */
export const compared = (measures: readonly Measure[]): ComparedMeasure[] =>
  measures.filter((one): one is ComparedMeasure => one.kind !== 'told');

/** Whether a value is one of a measure, as results may hold it. */
export function fitsMeasure(measure: ComparedMeasure, value: unknown): value is MeasureValue | null {
  const [least, most] = measure.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const fits = (x: unknown) => typeof x === 'number' && Number.isFinite(x) && x >= least && x <= most;
  if (value === null) return true;
  switch (measure.kind) {
    case 'number':
      return fits(value);
    case 'byDifficulty': {
      const entries = typeof value === 'object' ? Object.entries(value) : [];
      return entries.length > 0 && entries.every(([at, x]) => /^\d+$/.test(at) && fits(x));
    }
    case 'byPosition': {
      const item = measure.item ?? measure.name;
      const isPart = (part: JsonObject | null) =>
        [part?.from, part?.to].every((n) => Number.isSafeInteger(n) && (n as number) >= 0) && fits(part?.[item]);
      return Array.isArray(value) && value.length > 0 && value.every(isPart);
    }
    case 'byLayer': {
      const isLayer = (part: JsonObject | null, i: number) =>
        part?.layer === i &&
        typeof part.mixer === 'string' &&
        (part.role === 'linear' || part.role === 'softmax') &&
        (part.value === null || part.value === INFINITE || fits(part.value));
      return Array.isArray(value) && value.length > 0 && value.every(isLayer);
    }
  }
}

/** `2.531 ± 0.028`, or the mean alone where no error can be told. */
export function estimateText(mean: unknown, standardError: unknown): string {
  const isKnown = typeof standardError === 'number' && !Number.isNaN(standardError);
  return isKnown ? `${fixed(mean)} ± ${fixed(standardError)}` : fixed(mean);
}

/** A standard error as a measurement holds it. */
export const numberOrNull = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

/** Three digits, as every measured number has. */
export const fixed = (value: unknown): string => Number(value ?? Number.NaN).toFixed(3);
