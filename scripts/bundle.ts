// Bundles entries for the browser, as a page's build would.
import { relative, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';

export interface Bundle {
  /** Bytes, minified. */
  bytes: number;
  /** Bytes, minified and compressed with gzip. */
  gzip: number;
  /** Files of which something is left, by their paths. */
  files: string[];
}

/** Bundles source files and everything they import with esbuild for the platform `browser`, in chunks below `/out`. */
export async function buildForBrowser(...entries: readonly string[]) {
  return await build({
    entryPoints: [...entries],
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
}

/**
 * What a page downloads. What it loads on demand is counted, of the builds of kernels those of one tier: relaxed.
 *
 * @param entries paths of source files, of which a page loads all.
 * @throws Error with esbuild's own messages when something cannot run in a browser, such as an import of `node:fs`.
 */
export async function bundleForBrowser(...entries: readonly string[]): Promise<Bundle> {
  const { outputFiles, metafile } = await buildForBrowser(...entries);
  const asked = entries.map((path) => resolve(path));
  const begun = Object.entries(metafile.outputs).filter(
    ([, { entryPoint }]) => entryPoint !== undefined && asked.includes(resolve(entryPoint)),
  );
  const paths = reachedFrom(
    begun.map(([path]) => path),
    metafile,
  );
  const loaded = outputFiles.filter(({ path }) => paths.has(relative('', path))).map(({ contents }) => contents);
  const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);
  return {
    bytes: sum(loaded.map(({ length }) => length)),
    files: [...paths].flatMap((path) => {
      const { inputs } = metafile.outputs[path];
      return Object.keys(inputs).filter((input) => inputs[input].bytesInOutput > 0);
    }),
    gzip: sum(loaded.map((contents) => gzipSync(contents, { level: 9 }).length)),
  };
}

/** Entries and the chunks that they load, now or on demand; there are also chunks of what has fallen away, which nothing loads. */
function reachedFrom(entries: readonly string[], { outputs }: Metafile): ReadonlySet<string> {
  const reached = new Set(entries);
  for (const path of reached) {
    for (const { path: chunk } of outputs[path].imports)
      if (!/\.(plain|wide)\.gen-\w+\.js$/.test(chunk)) reached.add(chunk);
  }
  return reached;
}
