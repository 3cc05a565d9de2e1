// run.json: what a run is, and how far it came. Whatever stands in the file is checked here, when it is read.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { JsonObject } from '@twilljs/hub';
import { type Device, FileError } from '@twilljs/tensor';
import { type Best, directions } from './best.ts';
import {
  as,
  checked,
  count,
  fields,
  integer,
  list,
  number,
  object,
  oneOf,
  orNull,
  since,
  type Table,
  text,
} from './checks.ts';
import type { Code } from './code.ts';
import { beforeOrigins } from './old-record.ts';
import { type TrainOptions, trainOptions } from './options.ts';
import { readSealed } from './seal.ts';

export const RECORD = 'run.json';

const statuses = ['running', 'interrupted', 'diverged', 'finished'] as const;
/** How a run stands. */
export type RunStatus = (typeof statuses)[number];

/** Where a run goes on. Another one may change the last bits, so a resume there is warned of. */
export interface Machine {
  readonly device: string;
  readonly tier: string | null;
  readonly node: string;
  readonly v8: string;
}

/** The weights that a run began with, where they were not fresh. */
export interface Init {
  readonly directory: string;
  /** `weightsHash` of them. */
  readonly sha256: string;
  /** How matrices were kept. */
  readonly dtype: 'f32' | 'bf16' | 'file';
}

/**
 * Where what a run was made from lies, by whole paths, and the device that was asked for. It decides nothing: whoever goes on with
 * the run, or measures it, looks there.
 */
export interface Origin {
  /** Files and patterns of the text that it reads; none where it reads no text. */
  readonly text: readonly string[];
  /** Those of the text that it is measured on, where that is another one. */
  readonly evaluation: readonly string[];
  /** Modules with the mixer, the task and the measures of the user's own. */
  readonly modules: readonly string[];
  /** Names of the measures that it takes beside those of its task. */
  readonly measures: readonly string[];
  readonly device: string | null;
}

/** Steps from one to the next, as they were asked for; null where nobody did. */
export interface Every {
  readonly validation: number | null;
  readonly checkpoint: number | null;
}

/** A longer plan that took the place of another one. */
export interface Extension {
  /** Steps done when it did. */
  readonly step: number;
  /** Steps of the plan before and after. */
  readonly from: number;
  readonly to: number;
}

/** Numbers of a model with its adapter. */
export interface ParameterCounts {
  readonly all: number;
  readonly trained: number;
}

export interface RunRecord extends Machine {
  /** Random, and in no other directory: by it a run knows its own. Null in records of version 0.1. */
  readonly id: string | null;
  readonly status: RunStatus;
  /** Steps done when the record was written. */
  readonly step: number;
  /** Those of them that were skipped, because loss or gradient were not finite. */
  readonly skipped: number;
  /** How it began, for people. */
  readonly command: readonly string[];
  readonly origin: Origin;
  /** The modules of `origin` as they were when the run last began or went on. */
  readonly code: readonly Code[];
  readonly every: Every;
  /** The model's config.json; with what follows up to `init` it decides the bits of the run. */
  readonly model: JsonObject;
  readonly training: TrainOptions;
  readonly data: JsonObject;
  readonly seed: number;
  readonly init: Init | null;
  /** What is trained beside the model, as PEFT writes it down; null where the model is trained itself. */
  readonly adapter: JsonObject | null;
  /** The best measurement, whose checkpoint is kept; null where nobody said what is better. */
  readonly best: Best | null;
  /** SHA-256 of the file with the parameters that are not trained; null where all are. */
  readonly frozen: string | null;
  /** Null in older records. */
  readonly parameters: ParameterCounts | null;
  /** Of this package. */
  readonly version: string;
  readonly extended: readonly Extension[];
  /** Where the run went on after it was interrupted. */
  readonly resumed: readonly (Machine & { readonly step: number })[];
}

const machine: Table<Machine> = { device: text, tier: orNull(text), node: text, v8: text };

/** As it stands in a file: records of version 0.1 know their origin from their command alone. */
export type WrittenRecord = Omit<RunRecord, 'origin' | 'every'> & {
  readonly origin: Origin | null;
  readonly every: Every | null;
};

const record = /* @__PURE__ */ fields<WrittenRecord>({
  id: since(orNull(text), null),
  status: oneOf(...statuses),
  step: count,
  skipped: since(count, 0),
  command: list(text),
  origin: since(
    orNull(
      fields<Origin>({
        ...{ text: list(text), evaluation: list(text), modules: list(text), measures: since(list(text), []) },
        device: orNull(text),
      }),
    ),
    null,
  ),
  code: since(list(fields<Code>({ path: text, sha256: text })), []),
  every: since(orNull(fields<Every>({ validation: orNull(count), checkpoint: orNull(count) })), null),
  model: object,
  training: as((json) => trainOptions(json as never)),
  data: object,
  seed: integer,
  init: since(
    orNull(fields<Init>({ directory: text, sha256: text, dtype: since(oneOf('f32', 'bf16', 'file'), 'f32') })),
    null,
  ),
  adapter: since(orNull(object), null),
  best: since(orNull(fields<Best>({ of: text, direction: oneOf(...directions), step: count, value: number })), null),
  frozen: since(orNull(text), null),
  parameters: since(orNull(fields<ParameterCounts>({ all: count, trained: count })), null),
  ...machine,
  version: text,
  extended: since(list(fields<Extension>({ step: count, from: count, to: count })), []),
  resumed: list(fields({ step: count, ...machine })),
});

/**
 * What `run.json` of a run directory says; every field is of its kind, and they fit each other.
 *
 * @throws FileError when there is none, or naming the field that cannot be.
 */
export function readRunRecord(directory: string): RunRecord {
  const path = join(directory, RECORD);
  if (!existsSync(path)) throw new FileError(`${directory}: has no ${RECORD}; name the directory of a run.`);
  const written = checked(record, readSealed(path), path);
  const { origin, every } = written;
  const read: RunRecord = origin && every ? { ...written, origin, every } : { ...written, ...beforeOrigins(written) };
  const contradiction = contradictionIn(read);
  if (!contradiction) return read;
  throw new FileError(`${path}: ${contradiction}; correct it, or bring the file back from a copy.`);
}

function contradictionIn({ status, step, skipped, training, best, extended, resumed }: RunRecord): string | null {
  const { steps } = training;
  if (step > steps) return `step is ${step} but training.steps is ${steps}`;
  if (status === 'finished' && step !== steps) return `status is finished but step is ${step} of ${steps}`;
  if (skipped > step) return `skipped is ${skipped} but step is ${step}`;
  if (best && best.step > steps) return `best.step is ${best.step} but training.steps is ${steps}`;
  for (const [i, { step: from }] of resumed.entries()) {
    if (from > steps) return `resumed[${i}].step is ${from} but training.steps is ${steps}`;
  }
  for (const [i, { step: at, from, to }] of extended.entries()) {
    const next = extended[i + 1]?.from ?? steps;
    if (from >= to || at > from) return `extended[${i}] goes from ${from} to ${to} steps at step ${at}`;
    if (to !== next) return `extended[${i}] goes on to ${to} steps but the plan after it has ${next}`;
  }
  return null;
}

export function machineOf(device: Device): Machine {
  const { tier } = device as { tier?: string };
  const { node, v8 } = process.versions;
  return { device: device.name, tier: tier ?? null, node, v8 };
}

/** Of this package, from its manifest. */
export function trainVersion(): string {
  return (createRequire(import.meta.url)('@twilljs/train/package.json') as { version: string }).version;
}
