// Compiles the declarations of installed packages as users' programs do: every entry, every file checked (`skipLibCheck` is off).
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../check/repository.ts';

/** A program that a user may have. */
export interface Setting {
  /** Folder of the compiler in node_modules. */
  readonly compiler: string;
  readonly module: string;
  readonly moduleResolution: string;
  readonly lib: readonly string[];
  readonly types: readonly string[];
}

const compilers = ['typescript', 'typescript-7'];
const resolutions = [
  { module: 'esnext', moduleResolution: 'bundler' },
  { module: 'node16', moduleResolution: 'node16' },
];
/** What else the program knows: nothing, a page, Node, and Node with the newest library, which declares what older ones lack. */
const surroundings = [
  { lib: ['es2022'], types: [] },
  { lib: ['es2022', 'dom'], types: [] },
  { lib: ['es2022'], types: ['node'] },
  { lib: ['esnext', 'dom'], types: ['node'] },
];

/** Every setting of the check. */
export const settings: readonly Setting[] = compilers.flatMap((compiler) =>
  resolutions.flatMap((resolution) => surroundings.map((around) => ({ compiler, ...resolution, ...around }))),
);

/** The setting that knows least, in the faster compiler. */
export const leanest: Setting = { compiler: 'typescript-7', ...resolutions[0], ...surroundings[0] };

/** Unpacks a tarball where a program in `home` finds it by its name. */
export function installInto(home: string, name: string, tarball: string): void {
  const folder = join(home, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1']);
}

/**
 * What the compiler says of a program in `home` that imports these entries, `@twilljs/data/node` or `twilljs`.
 *
 * @returns One line a problem, naming the setting.
 */
export function typeProblems(home: string, entries: readonly string[], setting: Setting): string[] {
  const { compiler, ...options } = setting;
  const imports = entries.map((entry, i) => `import * as entry${i} from '${entry}';\nexport { entry${i} };\n`);
  writeFileSync(join(home, 'program.ts'), imports.join(''));
  writeFileSync(join(home, 'package.json'), '{ "type": "module" }');
  const compilerOptions = {
    ...options,
    target: 'es2022',
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    typeRoots: [join(root, 'node_modules/@types')],
  };
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  const tsc = join(root, 'node_modules', compiler, 'bin/tsc');
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], {
    cwd: home,
    encoding: 'utf8',
  });
  if (status === 0) return [];
  const where = [compiler, options.moduleResolution, ...options.lib, ...options.types].join(' ');
  return `${stdout}${stderr}`
    .split('\n')
    .filter((line) => /^\S/.test(line))
    .map((line) => `types (${where}): ${line}`);
}
