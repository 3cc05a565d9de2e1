// The one build: entries are read from the package's own exports.
import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';

interface Manifest {
  exports: Record<string, string | { '@twilljs/source': string }>;
  bin?: object;
}

const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const exported = Object.values(manifest.exports).flatMap((e) => (typeof e === 'string' ? [] : [e['@twilljs/source']]));
// What `bin/` runs.
const commands = manifest.bin ? ['./src/main.ts'] : [];

export default defineConfig({
  entry: [...exported, ...commands],
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  external: [/^node:/],
  removeNodeProtocol: false,
  // Declarations are written against those of the packages it stands on, which turbo builds first. `pnpm check` checks the types.
  dts: { compilerOptions: { noCheck: true, customConditions: [] } },
  sourcemap: true,
  // `src` is packed beside `dist`: maps name its files and need not repeat them.
  esbuildOptions(options) {
    options.sourcesContent = false;
  },
  clean: true,
});
