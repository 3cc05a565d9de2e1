// Bundles one entry for the browser, as a page's build would.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

export interface Bundle {
  /** Bytes, minified. */
  bytes: number;
  /** Bytes, minified and compressed with gzip. */
  gzip: number;
  /** Files of which something is left, by their paths. */
  files: string[];
}

/**
 * Bundles a source file and everything it imports with esbuild for the platform `browser`. Of builds of kernels, which are loaded on
 * demand, a page gets those of one tier: relaxed are counted.
 *
 * @param entry path of the source file.
 * @throws Error with esbuild's own messages when something cannot run in a browser, such as an import of `node:fs`.
 */
export async function bundleForBrowser(entry: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    splitting: true,
    outdir: '/out',
    chunkNames: '[name]-[hash]',
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    conditions: ['@twilljs/source'],
    logLevel: 'silent',
    metafile: true,
  });
  const loaded = outputFiles
    .filter(({ path }) => !/\.(plain|wide)\.gen-\w+\.js$/.test(path))
    .map(({ contents }) => contents);
  const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);
  return {
    bytes: sum(loaded.map(({ length }) => length)),
    files: Object.values(metafile.outputs).flatMap(({ inputs }) =>
      Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0),
    ),
    gzip: sum(loaded.map((contents) => gzipSync(contents, { level: 9 }).length)),
  };
}
