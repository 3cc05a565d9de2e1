// What the cells of the small study found, as numbers.

import { join } from 'node:path';
import { stateBytes } from '@twilljs/eval';
import { readConfigFile } from '@twilljs/hub/node';
import { hybrid } from '@twilljs/hybrid';
import { countParams, shapesOnly } from '@twilljs/nn';
import { readMetrics } from '@twilljs/train/node';
import { mixers } from 'twilljs';
import type { Cell } from './cells.ts';

/** Tokens at which the state of a model is compared. */
export const CONTEXT = 32768;
const contexts = [256, 512, 1024, 2048, 4096, 8192, 16384, CONTEXT];

export interface CellResult {
  readonly name: string;
  readonly part: Cell['part'];
  readonly title: string;
  readonly directory: string;
  readonly parameters: number;
  /** That decoding keeps after 32,768 tokens, f32. */
  readonly stateBytes: number;
  /** The same after fewer tokens: [tokens, bytes]. */
  readonly stateByContext: readonly (readonly [number, number])[];
  /** In training, this machine. */
  readonly tokensPerSecond: number;
  readonly losses: readonly number[];
  /** Of a language cell. */
  readonly bitsPerByte?: number;
  /** Of a recall cell: pairs -> accuracy. */
  readonly recall?: Readonly<Record<number, number>>;
}

/** Reads the run directory of a finished cell. */
export function readResult(cell: Cell, directory: string): CellResult {
  const model = hybrid(readConfigFile(join(directory, 'config.json')), { mixers, init: shapesOnly() });
  const { losses, tokensPerSecond, validation } = readMetrics(directory);
  const measured = validation ?? {};
  const accuracy = (measured.accuracy ?? []) as { difficulty: number; mean: number }[];
  return {
    name: cell.name,
    part: cell.part,
    title: cell.title,
    directory,
    parameters: countParams(model),
    stateBytes: stateBytes(model, CONTEXT),
    stateByContext: contexts.map((tokens) => [tokens, stateBytes(model, tokens)] as const),
    tokensPerSecond,
    losses,
    ...(cell.part === 'language'
      ? { bitsPerByte: measured.bitsPerByte as number }
      : { recall: Object.fromEntries(accuracy.map(({ difficulty, mean }) => [difficulty, mean])) }),
  };
}
