// A small repository in a temporary folder, sound until a test breaks one thing in it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';
import { packedFiles } from './packed.ts';
import { type Repository, readRepository } from './repository.ts';

type Files = Record<string, string>;

const made: string[] = [];

afterEach(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true });
});

/** The sound repository with some files replaced or added, and those given as null removed. */
export function repository(changes: Record<string, string | null> = {}): Repository {
  const root = mkdtempSync(join(tmpdir(), 'twill-check-'));
  made.push(root);
  for (const [path, text] of Object.entries({ ...sound(), ...changes })) {
    if (text === null) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return readRepository(root);
}

/** The text of a package.json as the checks want it, with some keys replaced. */
export function manifest(folder: string, dependencies: string[] = [], changes: object = {}): string {
  const files = { '@twilljs/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' };
  return JSON.stringify({
    name: `@twilljs/${folder}`,
    version: '0.1.0',
    description: `The package ${folder}.`,
    exports: { '.': files, './package.json': './package.json' },
    files: packedFiles,
    dependencies: Object.fromEntries(dependencies.map((name) => [name, 'workspace:^'])),
    ...changes,
  });
}

function sound(): Files {
  const readme = ['What', 'Equation', 'Install', 'Example', 'Shapes and state', 'Cost', 'Source'];
  const mixer = (folder: string, name: string, facts: string): Files => ({
    [`packages/${folder}/package.json`]: manifest(folder, ['@twilljs/tensor'], { description: facts }),
    [`packages/${folder}/README.md`]: `# @twilljs/${folder}\n\n${facts}\n${readme.map((title) => `\n## ${title}\n\n${facts}\n`).join('')}`,
    [`packages/${folder}/src/index.ts`]: `// The mixer.\nimport './family.ts';\nimport './recurrence.ts';\nexport { ${name} } from './layer.ts';\n`,
    [`packages/${folder}/src/family.ts`]: `// The family.\nexport const family = {\n  name: '${folder}',\n};\n`,
    [`packages/${folder}/src/mixer.test.ts`]: '// Its tests.\nmixerChecks({});\npaperError(() => {});\n',
    [`packages/${folder}/src/recurrence.ts`]: '// Its equation.\nexport const recurrence = 1;\n',
    [`packages/${folder}/src/layer.ts`]: `// A layer.\nimport { x } from '@twilljs/tensor';\nexport class ${name} { x = x; }\n`,
  });
  const names = ['tensor', 'deltanet', 'gated-deltanet'];
  const devDependencies = Object.fromEntries(names.map((name) => [`@twilljs/${name}`, 'workspace:^']));
  return {
    'package.json': JSON.stringify({ devDependencies }),
    'README.md': `# Small\n\n${names.map((name) => `[${name}](packages/${name})`).join(' ')}\n`,
    '.changeset/first.md': `---\n${names.map((name) => `'@twilljs/${name}': minor\n`).join('')}---\n\nAll.\n`,
    'packages/tensor/package.json': manifest('tensor'),
    'packages/tensor/src/index.ts': '// Tensors.\nexport const x = 1;\n',
    ...mixer('deltanet', 'DeltaNet', 'It corrects.'),
    ...mixer('gated-deltanet', 'GatedDeltaNet', 'It forgets.'),
  };
}
