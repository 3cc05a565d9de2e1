// Compiles the declarations of installed packages as users' programs do: every entry, every file checked (`skipLibCheck` is off).
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../check/repository.ts';

const output = promisify(execFile);

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
export async function typeProblems(home: string, entries: readonly string[], setting: Setting): Promise<string[]> {
  const { compiler, ...options } = setting;
  const folder = mkdtempSync(join(home, 'program-'));
  const imports = entries.map((entry, i) => `import * as entry${i} from '${entry}';\nexport { entry${i} };\n`);
  writeFileSync(join(folder, 'program.ts'), imports.join(''));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const compilerOptions = {
    ...options,
    target: 'es2022',
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    typeRoots: [join(root, 'node_modules/@types')],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  const tsc = join(root, 'node_modules', compiler, 'bin/tsc');
  const said = await output(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], { cwd: home }).then(
    () => '',
    (failed: { stdout?: string; stderr?: string }) => {
      if (!failed.stdout && !failed.stderr) throw failed; // it did not start, or was killed
      return `${failed.stdout}${failed.stderr}`;
    },
  );
  const where = [compiler, options.moduleResolution, ...options.lib, ...options.types].join(' ');
  return said
    .split('\n')
    .filter((line) => /^\S/.test(line))
    .map((line) => `types (${where}): ${line}`);
}
