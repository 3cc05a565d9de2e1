// The mixers at hand: those of this version, and one of the user's own, from a module that exports its family.
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { MixerFamily } from '@twilljs/nn';
import { FileError, isTwillError, OptionError, shown } from '@twilljs/tensor';
import { mixers } from 'twilljs';
import { recordIn } from './train/resume.ts';

/**
 * The families that a model may have.
 *
 * @param modules of the user's own, whose families come first.
 * @throws FileError when the module cannot be loaded, or exports no family; OptionError when its family is not one.
 */
export async function mixersWith(modules: readonly string[]): Promise<readonly MixerFamily[]> {
  return [...(await Promise.all(modules.map(familyIn))), ...mixers];
}

/** Modules that the model of a directory needs. */
export const modulesOf = (directory: string): readonly string[] => recordIn(directory)?.origin.modules ?? [];

async function familyIn(path: string): Promise<MixerFamily> {
  if (!existsSync(path)) throw new FileError(`--mixer ${path}: does not exist; check the path.`);
  if (!statSync(path).isFile()) throw new FileError(`--mixer ${path}: is no regular file; name a module on disk.`);
  const exported = await load(path);
  const families = Object.entries(exported).filter(([, value]) => looksLikeFamily(value));
  const [family] = 'default' in exported ? [exported.default] : families.map(([, value]) => value);
  if (!('default' in exported) && families.length !== 1) {
    const what = families.length === 0 ? 'no family of a mixer' : `${families.map(([name]) => name).join(' and ')}`;
    throw new FileError(`--mixer ${path}: exports ${what}; export one, as its default.`);
  }
  checkFamily(family, path);
  return family;
}

async function load(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    if (isTwillError(error)) throw error;
    const { name, message } = error instanceof Error ? error : { name: 'it threw', message: String(error) };
    throw new FileError(`--mixer ${path}: cannot be loaded, ${name}: ${message.split('\n')[0]}; correct the module.`, {
      cause: error,
    });
  }
}

/** An object that could be meant as one. */
function looksLikeFamily(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('create' in value || 'model_type' in value);
}

type Rule = readonly [what: string, holds: (value: unknown) => boolean];

const name: Rule = ['a name of letters, digits, - and _', (v) => typeof v === 'string' && /^[a-z][\w-]*$/i.test(v)];
const text: Rule = ['a text', (v) => typeof v === 'string' && v !== ''];

/** What every family must have. */
const rules: { readonly [K in keyof MixerFamily]?: Rule } = {
  name,
  title: text,
  model_type: name,
  architecture: name,
  role: ['"linear" or "softmax"', (v) => v === 'linear' || v === 'softmax'],
  fields: ['an object of fields, which may be empty', (v) => typeof v === 'object' && v !== null && !Array.isArray(v)],
  create: ['a function', (v) => typeof v === 'function'],
};

function checkFamily(family: unknown, path: string): asserts family is MixerFamily {
  if (typeof family !== 'object' || family === null) {
    throw new FileError(
      `--mixer ${path}: its default export is ${shown(family)} where a family is needed; export one.`,
    );
  }
  for (const [field, [what, holds]] of Object.entries(rules)) {
    const value = (family as Record<string, unknown>)[field];
    if (holds(value)) continue;
    const has = value === undefined ? `has no ${field}` : `has the ${field} ${shown(value)}`;
    throw new OptionError(`--mixer ${path}: its family ${has} where ${what} is needed; see the README of @twilljs/nn.`);
  }
  const own = family as MixerFamily;
  const taken = mixers.find(({ name, model_type }) => name === own.name || model_type === own.model_type);
  if (!taken) return;
  throw new OptionError(
    `--mixer ${path}: its family is called ${own.name} (${own.model_type}), as the one of this version is; give it names of its own.`,
  );
}
