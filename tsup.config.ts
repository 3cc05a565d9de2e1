// The one build: entries are read from the package's own exports and bin.
import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';

interface Manifest {
  exports: Record<string, string | { '@twilljs/source': string }>;
  bin?: Record<string, string>;
}

const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const exported = Object.values(manifest.exports).flatMap((e) => (typeof e === 'string' ? [] : [e['@twilljs/source']]));
const binaries = Object.values(manifest.bin ?? {}).map((file) =>
  file.replace('./dist/', './src/').replace('.js', '.ts'),
);

export default defineConfig({
  entry: [...exported, ...binaries],
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  external: [/^node:/],
  removeNodeProtocol: false,
  dts: true,
  sourcemap: true,
  clean: true,
});
