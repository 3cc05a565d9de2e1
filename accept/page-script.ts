// A program for a page, as one script.
import { join } from 'node:path';
import { build } from 'esbuild';

/** Bundles a program that imports packages of this repository, from their sources, for a browser. */
export async function pageScript(program: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: join(import.meta.dirname, '..') },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    conditions: ['@twilljs/source'],
  });
  return outputFiles[0].text;
}
