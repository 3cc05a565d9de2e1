// TypeScript modules on a Node that does not read them by itself.
import { createRequire, register } from 'node:module';
import type { Options } from '@swc/wasm-typescript';

/** Imports a module by its URL, TypeScript on any Node. */
export async function importModule(url: string): Promise<Readonly<Record<string, unknown>>> {
  return import(url).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error;
    stripTypes();
    return import(`${url}?types`); // Node remembers that it could not load the other
  });
}

let isStripping = false;

/**
 * Lets this process import TypeScript, which Node does by itself from 22.18 on: by the same means, types are blanked out and nothing
 * else is changed. What a module imports stays what Node finds, so that there is one copy of every package.
 */
function stripTypes(): void {
  if (isStripping) return;
  isStripping = true;
  const stripper = createRequire(import.meta.url).resolve('@swc/wasm-typescript');
  const how: Options = { mode: 'strip-only' };
  register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, { data: { stripper, how } });
}

/** Runs in a thread of its own, where this module is not. */
const HOOKS = `
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
let strip;
export function initialize({ stripper, how }) {
  const { transformSync } = createRequire(stripper)(stripper);
  strip = (text) => transformSync(text, how).code;
}
export async function load(url, context, next) {
  if (!/^file:.*\\.m?ts(\\?types)?$/.test(url)) return next(url, context);
  const text = await readFile(new URL(url), 'utf8');
  return { format: 'module', shortCircuit: true, source: strip(text) };
}
`;
