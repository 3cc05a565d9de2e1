// What lies at the paths of `twill parity`: goldens of ops and of models, and what cannot be replayed, with the reason.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { listDirectory, readConfigFile, readFile } from '@twilljs/hub/node';
import type { MixerFamily } from '@twilljs/nn';
import { FileError, isTwillError } from '@twilljs/tensor';
import { type Golden, readGolden } from './golden.ts';
import { goldenOps } from './golden-ops.ts';

export interface OpTarget {
  readonly kind: 'op';
  readonly path: string;
  readonly golden: Golden;
}

/** A directory with `config.json`, `model.safetensors` and `expected.safetensors`. */
export interface ModelTarget {
  readonly kind: 'model';
  readonly path: string;
  /** It has a `packed.safetensors` too. */
  readonly packed: boolean;
  /** And a `train.safetensors`. */
  readonly training: boolean;
}

export type Target = OpTarget | ModelTarget;

export interface Refused {
  readonly path: string;
  readonly reason: string;
}

export interface Targets {
  readonly found: readonly Target[];
  /** Not to be run by this version. */
  readonly skipped: readonly Refused[];
  /** Damaged. */
  readonly broken: readonly Refused[];
}

/**
 * Finds all goldens at the given paths, folders and those below them included.
 *
 * @param mixers Whose models can be replayed.
 * @throws FileError when a path does not exist, or is itself no golden and holds none.
 */
export function findTargets(paths: readonly string[], mixers: readonly MixerFamily[]): Targets {
  const found: Target[] = [];
  const skipped: Refused[] = [];
  const broken: Refused[] = [];

  /** A file in a folder may be anything; one that the user names must be a golden. */
  function file(path: string, isNamed: boolean): void {
    try {
      const golden = readGolden(readFile(path), path);
      if (Object.hasOwn(goldenOps, golden.op)) found.push({ kind: 'op', path, golden });
      else skipped.push({ path, reason: `op ${golden.op} is not in this version` });
    } catch (error) {
      if (isNamed || !isTwillError(error)) throw error;
      broken.push({ path, reason: error.message });
    }
  }

  function model(path: string, names: readonly string[]): void {
    if (!names.includes('expected.safetensors')) {
      skipped.push({ path, reason: 'a model without expected.safetensors' });
      return;
    }
    try {
      const { model_type } = readConfigFile(join(path, 'config.json'));
      if (model_type === undefined) throw new FileError(`${path}: its config.json names no model_type; add one.`);
      const known = mixers.some((m) => m.model_type === model_type || m.name === model_type);
      const has = (name: string) => names.includes(`${name}.safetensors`);
      if (known) found.push({ kind: 'model', path, packed: has('packed'), training: has('train') });
      else skipped.push({ path, reason: `model_type ${JSON.stringify(model_type)} is not in this version` });
    } catch (error) {
      if (!isTwillError(error)) throw error;
      broken.push({ path, reason: error.message });
    }
  }

  function folder(path: string): void {
    const names = listDirectory(path);
    if (names.includes('config.json')) {
      model(path, names);
      return;
    }
    for (const name of names.filter((n) => !n.startsWith('.') && n !== 'node_modules')) {
      const inner = join(path, name);
      if (!existsSync(inner)) broken.push({ path: inner, reason: 'a link that leads nowhere' });
      else if (statSync(inner).isDirectory()) folder(inner);
      else if (name.endsWith('.safetensors')) file(inner, false);
    }
  }

  for (const path of new Set(paths)) {
    if (!existsSync(path)) throw new FileError(`parity: ${path} does not exist; check the path.`);
    const before = found.length + skipped.length + broken.length;
    if (statSync(path).isDirectory()) folder(path);
    else file(path, true);
    if (found.length + skipped.length + broken.length > before) continue;
    throw new FileError(
      `parity: ${path} holds no golden; give a file of an op, a model directory or a folder of them.`,
    );
  }
  return { found, skipped, broken };
}
