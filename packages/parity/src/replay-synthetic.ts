// Replays rows of synthetic tasks that their original generators made: layouts exactly, shares within what chance allows.
import { parseJsonObject } from '@twilljs/hub';
import { readText } from '@twilljs/hub/node';
import { isTwillError } from '@twilljs/tensor';
import type { Cases } from './cases.ts';
import { type Checked, Part } from './synthetic/golden.ts';
import { madCases } from './synthetic/mad.ts';
import { mqarCases } from './synthetic/mqar.ts';
import { stateCases } from './synthetic/state.ts';

/** A file of rows of synthetic tasks. */
export interface SyntheticTarget {
  readonly kind: 'synthetic';
  readonly path: string;
}

/** Forms of files, by two fields that each has. */
const forms: readonly (readonly [fields: readonly string[], cases: (golden: Part) => Checked[]])[] = [
  [['layout', 'histogram'], mqarCases],
  [['instances', 'macro_accuracy'], madCases],
  [['groups', 'formal_language'], stateCases],
];

/** Whether a file is one of them; false for what cannot be read as JSON. */
export function isSynthetic(path: string): boolean {
  try {
    return formOf(parseJsonObject(readText(path), path)) !== undefined;
  } catch (error) {
    if (isTwillError(error)) return false;
    throw error;
  }
}

const formOf = (json: object) => forms.find(([fields]) => fields.every((field) => Object.hasOwn(json, field)))?.[1];

/** @throws FileError where a field is not what it should be. */
export function replaySynthetic({ path }: SyntheticTarget): Cases {
  const json = parseJsonObject(readText(path), path);
  const checked = formOf(json)?.(new Part(json, path)) ?? [];
  const wrong = checked.flatMap(({ text, pairs }, index) =>
    pairs
      .filter(([, ours, expected]) => JSON.stringify(ours) !== JSON.stringify(expected))
      .map(([what, ours, expected]) => ({ index, text, what, ours, expected })),
  );
  return { count: checked.length, wrong };
}
