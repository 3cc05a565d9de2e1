// The file behind `npx twill`: it runs what was built, and says what to do where nothing was.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const home = mkdtempSync(join(tmpdir(), 'twill-bin-'));
afterAll(() => rmSync(home, { recursive: true }));
writeFileSync(join(home, 'package.json'), '{ "type": "module" }');
cpSync(fileURLToPath(new URL('../bin', import.meta.url)), join(home, 'bin'), { recursive: true });

function run(main: string | null) {
  rmSync(join(home, 'dist'), { recursive: true, force: true });
  if (main !== null) {
    mkdirSync(join(home, 'dist'));
    writeFileSync(join(home, 'dist/main.js'), main);
  }
  return spawnSync(process.execPath, [join(home, 'bin/twill.js'), 'doctor'], { encoding: 'utf8' });
}

it('says what to run in a clone that was not built', () => {
  const { status, stderr } = run(null);
  expect(stderr).toBe(
    'twill: dist/ is not built in this clone; run `npx -y pnpm@10 twill ...`, which runs from source.\n',
  );
  expect(status).toBe(2);
});

it('hands over to what was built, with its arguments and its exit code', () => {
  const { status, stdout } = run('console.log(process.argv[2]); process.exitCode = 3;');
  expect([stdout, status]).toEqual(['doctor\n', 3]);
});

it('hides no other module that is missing', () => {
  const { status, stderr } = run("import './chunk.js';");
  expect(stderr).toContain('chunk.js');
  expect(stderr).not.toContain('is not built');
  expect(status).toBe(1);
});
