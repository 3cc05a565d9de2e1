// `pnpm size`: lines of every package and the size of its `.` entry in a page; fails when one cannot be bundled for it, or a page is too large.
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { type Bundle, bundleForBrowser } from './bundle.ts';
import { type Package, readRepository, root, type SourceFile } from './check/repository.ts';
import { mixersOf } from './check/siblings.ts';

const head = ['package', 'files', 'lines', 'kernel lines', 'test lines', 'minified', 'gzip'];

const rows: string[][] = [];
const totals = [0, 0, 0, 0];
const repository = readRepository(root);
for (const pack of repository.packages) {
  const counts = [
    pack.files.filter((file) => file.kind !== 'test').length,
    ...(['source', 'assembly', 'test'] as const).map((kind) => linesOf(pack, kind)),
  ];
  for (const [i, count] of counts.entries()) totals[i] += count;
  rows.push([pack.manifest.name, ...counts.map(String), ...(await bundled(pack))]);
}
rows.push(['all', ...totals.map(String), '', '']);

for (const row of [head, ...rows]) {
  console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(24) : cell.padStart(13))).join(''));
}

/** Of a mixer and its device, with the kernels that it runs, at most so many bytes behind gzip. */
const layers: Readonly<Record<string, number>> = {
  attention: 76_500,
  deltanet: 81_500,
  'gated-deltanet': 84_000,
  gla: 81_000,
  hgrn: 80_000,
  hgrn2: 83_000,
  retnet: 76_500,
};
const forgotten = mixersOf(repository).filter(({ folder }) => !(folder in layers));
for (const { folder } of forgotten)
  console.error(`${folder}: has no size that its layer may have; add one in scripts/size.ts.`);
if (forgotten.length > 0) process.exitCode = 1;

/** What a page downloads of Twill with one device and the mixers that it uses, at most so many bytes behind gzip; and of no other device. */
const pages = [
  { title: 'a hybrid trained on WebGPU', entries: ['examples/page/worker.ts'], most: 118_000, foreign: 'wasm' },
  { title: 'a hybrid trained on wasm', entries: ['docs/live/recall.worker.ts'], most: 152_000, foreign: 'webgpu' },
  ...Object.entries(layers).map(([folder, most]) => ({
    title: `a layer of ${folder} on wasm`,
    entries: [`${folder}/src/index.ts`, `${folder}/src/wasm.ts`, 'wasm/src/index.ts'].map((path) => `packages/${path}`),
    ...{ most, foreign: 'webgpu' },
  })),
  { title: 'all that twilljs has', entries: ['packages/twilljs/src/index.ts'], most: 562_000, foreign: null },
];
for (const { title, entries, most, foreign } of pages) {
  const { bytes, gzip, files } = await bundleForBrowser(...entries.map((path) => join(root, path)));
  console.log(`${title}: ${kilobytes(bytes)}, gzip ${kilobytes(gzip)}, of at most ${most / 1000} kB`);
  const isForeign = (path: string) => path.includes(`packages/${foreign}/`) || path.endsWith(`/${foreign}.ts`);
  const others = foreign === null ? [] : files.filter(isForeign);
  if (gzip <= most && others.length === 0) continue;
  console.error(
    `${title}: the page is larger than that, or holds kernels of another device: ${others.join(', ') || 'none'}`,
  );
  process.exitCode = 1;
}

/** The command line with all that it is installed with, in Node, as one program behind gzip: at most so many bytes. */
const commandLine = 1_315_000;
const { outputFiles } = await build({
  entryPoints: [join(root, 'packages/cli/src/main.ts')],
  ...{ bundle: true, minify: true, write: false, splitting: true, outdir: '/out', format: 'esm', platform: 'node' },
  conditions: ['@twilljs/source'],
  external: ['@twilljs/queue', 'webgpu'], // who wants them installs them
});
const program = outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
console.log(`the command line: gzip ${kilobytes(program)}, of at most ${commandLine / 1000} kB`);
if (program > commandLine) {
  console.error('the command line: it is larger than that');
  process.exitCode = 1;
}

function linesOf(pack: Package, kind: SourceFile['kind']): number {
  return pack.files.filter((file) => file.kind === kind).reduce((n, file) => n + file.lines, 0);
}

/** Sizes of the `.` entry; the command line runs in Node only. */
async function bundled(pack: Package): Promise<string[]> {
  const entry = join(pack.directory, 'src/index.ts');
  if (pack.folder === 'cli') return ['node only', 'node only'];
  try {
    const { bytes, gzip }: Bundle = await bundleForBrowser(entry);
    return [kilobytes(bytes), kilobytes(gzip)];
  } catch (error) {
    console.error(`${pack.manifest.name}: does not bundle for the browser: ${(error as Error).message}`);
    process.exitCode = 1;
    return ['fails', 'fails'];
  }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
