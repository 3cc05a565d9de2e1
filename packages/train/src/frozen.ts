// The parameters of a run that are not trained: in a file of their own, once, since checkpoints hold the others only.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  matchWeights,
  parseSafetensors,
  readWeights,
  type StoredTensor,
  serializeSafetensors,
  writeWeights,
} from '@twilljs/hub';
import { readFile, writeAtomic } from '@twilljs/hub/node';
import { FileError, type Tensor } from '@twilljs/tensor';
import { sha256 } from './seal.ts';

export const FROZEN = 'frozen.safetensors';

/** What the record of a run says of them, and how they come to its directory. */
export interface Frozen {
  readonly sha256: string;
  save(): void;
}

/**
 * Those of a run that begins, or goes on; these become what they were.
 *
 * @param before SHA-256 of the file, of a run that goes on.
 * @returns null where all parameters are trained.
 * @throws FileError where the file is damaged, or gone and not what the model has.
 */
export async function settleFrozen(
  directory: string,
  parameters: ReadonlyMap<string, Tensor>,
  before: string | null,
): Promise<Frozen | null> {
  if (parameters.size === 0) return null;
  const path = join(directory, FROZEN);
  if (before !== null && existsSync(path)) {
    writeWeights(parameters, matchWeights(parameters, readFrozen(directory, before), path));
    return { sha256: before, save() {} };
  }
  const bytes = serializeSafetensors(await readWeights(parameters), { format: 'pt' });
  const now = sha256(bytes);
  if (before === null || before === now) return { sha256: now, save: () => writeAtomic(path, bytes) };
  throw new FileError(
    `${path}: is gone, and the model at hand has other values for what it held; bring it back from a copy.`,
  );
}

/** By name. @throws FileError when the file is gone or is not what the record says. */
export function readFrozen(directory: string, recorded: string): ReadonlyMap<string, StoredTensor> {
  const path = join(directory, FROZEN);
  const bytes = readFile(path);
  if (sha256(bytes) === recorded) return parseSafetensors(bytes, path).tensors;
  throw new FileError(`${path}: its SHA-256 is not the one in run.json; it is damaged, bring it back from a copy.`);
}
