// The version of this package, from its manifest beside the code.
import { readFile } from 'node:fs/promises';

/** `packages/cli/package.json` lies one folder up, from `src` and from `dist` alike. */
export async function version(): Promise<string> {
  const manifest: { version: string } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  return manifest.version;
}
