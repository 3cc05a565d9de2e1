// The lines of metrics.jsonl, read one by one: what they say, and which of them can be believed.
import type { JsonObject } from '@twilljs/hub';
import { FileError } from '@twilljs/tensor';
import { type Check, count, fields, kind, number, object, orNull } from './checks.ts';

/** What was measured on data kept from training. */
export interface Measurement {
  /** Steps done then. */
  readonly step: number;
  readonly values: JsonObject;
}

const positive = /* @__PURE__ */ kind<number>(
  'a whole number from 1',
  (value) => Number.isSafeInteger(value) && (value as number) >= 1,
);
const flag = /* @__PURE__ */ kind<boolean>('true or false', (value) => typeof value === 'boolean');

/** JSON has no word for numbers that are not finite: they are null. */
const float: Check<number> = (value, path) => orNull(number)(value, path) ?? Number.NaN;

const stepLine = /* @__PURE__ */ fields({
  step: positive,
  loss: float,
  lr: number,
  gradNorm: float,
  tokens: count,
  tokensPerSecond: float,
  skipped: flag,
});
const validationLine = /* @__PURE__ */ fields({ step: positive, validation: object });

/** A line that counts. */
interface Kept {
  readonly step: number;
  readonly tokens: number;
  /** Steps are missing before it, so that it may be the one that is wrong. */
  readonly isDoubtful: boolean;
}

/** Levels of a measurement at most: it goes on to others, and a deeper one would exhaust them. */
const MOST_LEVELS = 32;

/** Notes on single lines before they are counted only. */
const MOST_NOTES = 5;

/** All lines so far. A line that is damaged is left out with a note; those after it count. */
export class MetricsLines {
  /** Of every step that has a line: its number, loss in nats per label, and tokens per second. */
  readonly steps: number[] = [];
  readonly losses: number[] = [];
  readonly speeds: number[] = [];
  /** Steps that were skipped. */
  readonly skipped: number[] = [];
  readonly validations: Measurement[] = [];
  private readonly kept: Kept[] = [];
  /** Of every line that counts: its step, and the byte after it. */
  private readonly ends: { readonly step: number; readonly end: number }[] = [];
  private readonly remarks: string[] = [];
  private readonly where: string;
  private lines = 0;
  private damaged = 0;
  private wasLeftOut = false;

  /** @param where name of the file, for notes. */
  constructor(where: string) {
    this.where = where;
  }

  /** Steps done, and tokens read by them. */
  get last(): { readonly step: number; readonly tokens: number } {
    const { step = 0, tokens = 0 } = this.kept.at(-1) ?? {};
    return { step, tokens };
  }

  /** What was left out, one line each. */
  get notes(): readonly string[] {
    const more = this.damaged - this.remarks.length;
    return more > 0 ? [...this.remarks, `${this.where}: ${more} more lines are damaged and left out.`] : this.remarks;
  }

  /** Takes the next line. @param end byte after it. */
  add(line: string, end: number): void {
    this.lines++;
    try {
      const json = object(JSON.parse(line), 'it');
      const step = Object.hasOwn(json, 'validation') ? this.addValidation(json) : this.addStep(json);
      this.ends.push({ step, end });
      this.wasLeftOut = false;
    } catch (error) {
      if (!(error instanceof FileError || error instanceof SyntaxError)) throw error;
      this.leaveOut(`line ${this.lines}`, error instanceof FileError ? error.message : 'it is not JSON');
      this.wasLeftOut = true;
    }
  }

  /** Bytes up to the end of the last line of steps up to `step`. */
  lengthUpTo(step: number): number {
    return this.ends.findLast((line) => line.step <= step)?.end ?? 0;
  }

  private addStep(json: JsonObject): number {
    const { step, loss, tokens, tokensPerSecond, skipped } = stepLine(json, '');
    const first = this.kept.findLastIndex((line) => line.step < step) + 1;
    const above = this.kept.slice(first);
    const believed = above.find(({ isDoubtful }) => !isDoubtful);
    if (believed) throw new FileError(`step ${step} comes after step ${believed.step}`);
    for (const line of above.reverse()) this.drop(line.step);
    const isDoubtful = step > this.last.step + 1;
    this.kept.push({ step, tokens, isDoubtful });
    this.steps.push(step);
    this.losses.push(loss);
    this.speeds.push(tokensPerSecond);
    if (skipped) this.skipped.push(step);
    return step;
  }

  /** A validation follows the line of its step, or what is left of it. */
  private addValidation(json: JsonObject): number {
    const { step, validation } = validationLine(json, '');
    if (isDeeper(validation, MOST_LEVELS)) {
      throw new FileError(`validation has more than ${MOST_LEVELS} levels of lists and objects`);
    }
    const { step: last } = this.last;
    const follows = step === last || (this.wasLeftOut && step === last + 1);
    if (!follows) throw new FileError(`a validation of step ${step} comes after step ${last}`);
    if (this.validations.at(-1)?.step === step) throw new FileError(`there is a validation of step ${step} already`);
    this.validations.push({ step, values: validation });
    return step;
  }

  /** Takes back a line whose step turned out to be too high. */
  private drop(step: number): void {
    this.kept.pop();
    for (const list of [this.steps, this.losses, this.speeds]) list.pop();
    for (const list of [this.ends, this.validations]) while (list.at(-1)?.step === step) list.pop();
    if (this.skipped.at(-1) === step) this.skipped.pop();
    this.leaveOut(`the line of step ${step}`, 'it stands before lower ones');
  }

  private leaveOut(what: string, why: string): void {
    if (++this.damaged <= MOST_NOTES) this.remarks.push(`${this.where}: ${what} is left out, ${why}.`);
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => isDeeper(part, levels - 1));
}
