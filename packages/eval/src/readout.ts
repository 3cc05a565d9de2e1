// What a task needs after the blocks of a model, where that is not a next token's head at every position.
import type { LanguageModel } from '@twilljs/hybrid';
import type { MixerFamily } from '@twilljs/nn';
import { OptionError, shown } from '@twilljs/tensor';
import type { TaskFamily } from './task-family.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * The configuration of a model for a task: with the task's `readout`, or without one.
 *
 * @throws OptionError where it has another.
 */
export function withReadout(config: Json, task: Pick<TaskFamily, 'name' | 'readout'>): Json {
  const { readout = null } = task;
  if ((config.readout ?? null) !== null) checkReadout(config, task);
  return readout === null ? config : { ...config, readout: readout.name };
}

/** @throws OptionError for a model that was made for tasks of another kind. */
export const requireReadout = ({ config }: LanguageModel, task: Pick<TaskFamily, 'name' | 'readout'>): void =>
  checkReadout(config.json, task);

function checkReadout({ readout }: Json, { name, readout: needed }: Pick<TaskFamily, 'name' | 'readout'>): void {
  const has = (readout ?? null) as string | null;
  if (has === (needed?.name ?? null)) return;
  const needs = needed ? `"${needed.name}"` : 'none';
  throw new OptionError(
    `task ${name}: the readout of the model is ${has === null ? 'none' : shown(has)} and the task needs ${needs}; train a model for this task, or measure another.`,
  );
}

/** Whatever a configuration may name: the mixers, and what tasks need after them. For `load`, `compose` and their like. */
export function familiesWith(
  mixers: readonly MixerFamily[],
  tasks: readonly Pick<TaskFamily, 'readout'>[],
): readonly MixerFamily[] {
  return [...new Set([...mixers, ...tasks.flatMap(({ readout }) => readout ?? [])])];
}
