// Whether a run that shall go on is the one that is recorded.
import type { JsonObject } from '@twilljs/hub';
import { OptionError } from '@twilljs/tensor';
import type { Identity } from './claim.ts';
import { firstDifference } from './difference.ts';
import type { TrainOptions } from './options.ts';
import type { Machine, RunRecord } from './record.ts';

/** @throws OptionError for another run than the recorded one, naming the first field and both values. */
export function refuseOther(before: RunRecord, now: Identity & { training: TrainOptions }, path: string): void {
  const { steps } = now.training;
  const was = { ...before, training: { ...before.training, steps }, init: before.init?.sha256 ?? null };
  const is = { ...now, init: now.init?.sha256 ?? null };
  [was.adapter, is.adapter] = [decisive(before.adapter), decisive(now.adapter)];
  for (const part of ['model', 'training', 'data', 'seed', 'init', 'adapter'] as const) {
    const found = firstDifference(was[part], is[part], part);
    if (!found) continue;
    throw new OptionError(
      `run: ${found.path} is ${found.before} in ${path} but ${found.now} was asked for; use the same, or another directory.`,
    );
  }
}

/** Tiers of the wasm device that give the same bits. */
function sameBits(...tiers: (string | null)[]): boolean {
  return tiers.every((tier) => tier === 'relaxed' || tier === 'wide');
}

/** Of what may change the last bits. */
export function warnOfOther(before: RunRecord, machine: Machine, path: string, warn: (message: string) => void): void {
  for (const name of ['device', 'tier', 'node', 'v8'] as const) {
    const [then, now] = [before[name], machine[name]];
    if (then === now || (name === 'tier' && sameBits(then, now))) continue;
    warn(
      `run: ${name} is ${then} in ${path} but ${now} here; the resumed run may differ from an unbroken one in its last bits.`,
    );
  }
}

/** What of the configuration of an adapter decides bits, its kind first: what the base was called does not. */
function decisive(adapter: JsonObject | null): JsonObject | null {
  if (adapter === null) return null;
  const { base_model_name_or_path: _, ...rest } = adapter;
  return { peft_type: adapter.peft_type, ...rest };
}
