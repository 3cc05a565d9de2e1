// `tsx benchmarks/gpu/pack.ts FOLDER [NODE]`: all that run.ts needs, in one folder, for a machine that has a card and nothing else: the
// program in one file, goldens, Dawn for Linux on x64, and Node where its path is given. `sh FOLDER/run.sh` runs it there.
import { chmodSync, copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { compileKernels } from '../../scripts/asc.ts';
import { root } from '../../scripts/check/repository.ts';
import { compileWgsl } from '../../scripts/wgsl.ts';

const [folder, node] = process.argv.slice(2);
if (!folder) throw new Error('pack: no folder is named; give the path of one to make.');
compileWgsl(root);
await compileKernels(root);
mkdirSync(join(folder, 'peers'), { recursive: true });
await build({
  entryPoints: [join(root, 'benchmarks/gpu/run.ts')],
  outfile: join(folder, 'run.mjs'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  conditions: ['@twilljs/source'],
  // What is bundled of CommonJS asks for `require`.
  banner: { js: "import { createRequire as c } from 'node:module'; const require = c(import.meta.url);" },
});
cpSync(join(root, 'golden'), join(folder, 'golden'), { recursive: true });
copyFileSync(join(root, 'benchmarks/gpu/torch_gpu.py'), join(folder, 'torch_gpu.py'));
copyFileSync(join(root, 'benchmarks/peers/torch_models.py'), join(folder, 'peers/torch_models.py'));
const dawn = dirname(createRequire(join(root, 'package.json')).resolve('webgpu'));
const to = join(folder, 'node_modules/webgpu');
mkdirSync(join(to, 'dist'), { recursive: true });
for (const file of ['index.js', 'package.json', 'LICENSE.md']) copyFileSync(join(dawn, file), join(to, file));
cpSync(join(dawn, 'dist/linux-x64'), join(to, 'dist/linux-x64'), { recursive: true });
if (node) {
  copyFileSync(node, join(folder, 'node'));
  chmodSync(join(folder, 'node'), 0o755);
}
writeFileSync(
  join(folder, 'run.sh'),
  '#!/bin/sh\n# Arguments are those of benchmarks/gpu/run.ts, such as --parts gemm,train --python python3.\ncd "$(dirname "$0")" || exit 1\nnode=./node\n[ -x "$node" ] || node=node\nexec "$node" run.mjs "$@"\n',
);
