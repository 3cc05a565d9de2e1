// Bundles one entry for the browser, as a page's build would.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

export interface Bundle {
  /** Bytes, minified. */
  bytes: number;
  /** Bytes, minified and compressed with gzip. */
  gzip: number;
}

/**
 * Bundles a source file and everything it imports with esbuild for the platform `browser`.
 *
 * @param entry path of the source file.
 * @throws Error with esbuild's own messages when something cannot run in a browser, such as an import of `node:fs`.
 */
export async function bundleForBrowser(entry: string): Promise<Bundle> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    conditions: ['@twilljs/source'],
    logLevel: 'silent',
  });
  const [{ contents }] = outputFiles;
  return { bytes: contents.length, gzip: gzipSync(contents, { level: 9 }).length };
}
