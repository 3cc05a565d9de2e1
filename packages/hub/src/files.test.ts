// Real files: what is read and written, and what is said when the file system refuses. Nothing is left behind.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileError } from '@twilljs/tensor';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileError, listDirectory, makeDirectory, readFile, readText, writeAtomic } from './files.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'twill-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** The message of the FileError that `run` must throw, without the temporary directory. */
function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(FileError);
    return (error as Error).message.replaceAll(dir, 'DIR');
  }
  return 'accepted';
}

describe('reading', () => {
  it('returns bytes and text', () => {
    const path = join(dir, 'a');
    writeFileSync(path, Uint8Array.of(0xc3, 0xa9));
    expect(Array.from(readFile(path))).toEqual([0xc3, 0xa9]);
    expect(readText(path)).toBe('é');
    writeFileSync(path, '');
    expect(readFile(path).length).toBe(0);
  });

  it('says what is in the way', () => {
    const file = join(dir, 'file');
    writeFileSync(file, Uint8Array.of(0xff));
    symlinkSync(join(dir, 'loop'), join(dir, 'loop'));
    expect([
      failure(() => readFile(join(dir, 'missing'))),
      failure(() => readFile(dir)),
      failure(() => readFile(join(file, 'below'))),
      failure(() => readFile(join(dir, 'loop'))),
      failure(() => readFile(join(dir, 'x'.repeat(300)))).replace(/x+/, 'xx'),
      failure(() => readFile('/dev/zero')),
      failure(() => readText(file)),
      failure(() => listDirectory(join(dir, 'missing'))),
      failure(() => listDirectory(file)),
    ]).toMatchInlineSnapshot(`
      [
        "DIR/missing: does not exist; check the path.",
        "DIR: is a directory where a file is needed; name a file.",
        "DIR/file/below: has a file where its path needs a directory; check the path.",
        "DIR/loop: is a symbolic link to itself; correct the link.",
        "DIR/xx: has too long a name; choose a shorter one.",
        "/dev/zero: is no regular file; name a file on disk.",
        "DIR/file: is not UTF-8 text; convert it.",
        "DIR/missing: does not exist; check the path.",
        "DIR/file: is a file where a directory is needed; choose another path.",
      ]
    `);
  });
});

it.skipIf(process.platform === 'win32')('does not wait for a pipe that nobody writes to', () => {
  execFileSync('mkfifo', [join(dir, 'pipe')]);
  for (const read of [readFile, readText]) {
    expect(failure(() => read(join(dir, 'pipe')))).toBe('DIR/pipe: is no regular file; name a file on disk.');
  }
});

describe('writeAtomic', () => {
  it('writes text, bytes and parts, and replaces what was there', () => {
    const path = join(dir, 'a.txt');
    writeAtomic(path, 'one');
    expect(readFileSync(path, 'utf8')).toBe('one');
    writeAtomic(path, Uint8Array.of(50));
    expect(readFileSync(path, 'utf8')).toBe('2');
    writeAtomic(path, [Uint8Array.of(51), new Uint8Array(0), Uint8Array.of(52, 53)]);
    expect(readFileSync(path, 'utf8')).toBe('345');
    expect(readdirSync(dir)).toEqual(['a.txt']);
  });

  it('keeps the old file and leaves nothing behind when the contents fail half way', () => {
    const path = join(dir, 'a.txt');
    writeAtomic(path, 'old');
    const parts = function* () {
      yield Uint8Array.of(1, 2, 3);
      throw new FileError('weights: damaged; fetch them again.');
    };
    expect(failure(() => writeAtomic(path, parts()))).toBe('weights: damaged; fetch them again.');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(dir)).toEqual(['a.txt']);
  });

  it('says what is in the way', () => {
    const file = join(dir, 'file');
    writeFileSync(file, '');
    mkdirSync(join(dir, 'sub'));
    expect([
      failure(() => writeAtomic(join(dir, 'missing', 'a'), 'x')),
      failure(() => writeAtomic(join(dir, 'sub'), 'x')),
      failure(() => writeAtomic(join(file, 'a'), 'x')),
      failure(() => makeDirectory(file)),
      failure(() => makeDirectory(join(file, 'a'))),
    ]).toMatchInlineSnapshot(`
      [
        "DIR/missing/a: its directory DIR/missing does not exist; create it.",
        "DIR/sub: is a directory where a file is needed; name a file.",
        "DIR/file/a: has a file where its path needs a directory; check the path.",
        "DIR/file: is a file where a directory is needed; choose another path.",
        "DIR/file/a: has a file where its path needs a directory; check the path.",
      ]
    `);
    expect(readdirSync(dir)).toEqual(['file', 'sub']);
  });

  it('says that a directory is not writable', () => {
    const path = join(dir, 'sealed');
    mkdirSync(path, { mode: 0o555 });
    chmodSync(dir, 0o755);
    const user = process.geteuid?.();
    // The rights of a directory do not bind root.
    if (user === 0) process.seteuid?.(65534);
    try {
      expect(failure(() => writeAtomic(join(path, 'a'), 'x'))).toBe(
        'DIR/sealed/a: is not accessible to this user; change its permissions or choose another path.',
      );
    } finally {
      if (user === 0) process.seteuid?.(0);
    }
    expect(readdirSync(path)).toEqual([]);
  });

  it('removes what a killed process left behind, and not what a living one is writing', () => {
    const dead = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim();
    for (const name of [`.a.txt.${dead}.tmp`, `.a.txt.${process.ppid}.tmp`, `.b.txt.${dead}.tmp`, '.a.txt.note.tmp']) {
      writeFileSync(join(dir, name), 'x');
    }
    writeAtomic(join(dir, 'a.txt'), 'x');
    expect(readdirSync(dir).sort()).toEqual(
      [`.a.txt.${process.ppid}.tmp`, '.a.txt.note.tmp', `.b.txt.${dead}.tmp`, 'a.txt'].sort(),
    );
  });

  // A limit on file size stands for a full disk: the kernel refuses a write half way.
  it.skipIf(process.platform === 'win32')(
    'keeps the old file and leaves nothing behind when the disk takes no more',
    () => {
      const path = join(dir, 'a.bin');
      writeAtomic(path, 'old');
      const program = join(dir, 'write.mjs');
      buildSync({
        stdin: {
          contents: `import { writeAtomic } from ${JSON.stringify(fileURLToPath(new URL('./files.ts', import.meta.url)))};
          try { writeAtomic(process.argv[2], new Uint8Array(1 << 20)); } catch (error) { console.log(error.name + ': ' + error.message); }`,
          resolveDir: fileURLToPath(new URL('.', import.meta.url)),
        },
        outfile: program,
        bundle: true,
        format: 'esm',
        platform: 'node',
        conditions: ['@twilljs/source'],
      });
      const said = execFileSync('sh', ['-c', 'ulimit -f 64; exec "$0" "$1" "$2"', process.execPath, program, path], {
        encoding: 'utf8',
      });
      expect(said.trim().replaceAll(dir, 'DIR')).toBe(
        'FileError: DIR/a.bin: cannot be written, it would pass the allowed file size; raise the limit or choose another path.',
      );
      expect(readFileSync(path, 'utf8')).toBe('old');
      expect(readdirSync(dir).sort()).toEqual(['a.bin', 'write.mjs']);
    },
  );

  it.skipIf(process.platform !== 'linux')('names a full disk', () => {
    const full = openSync('/dev/full', 'w');
    expect(
      failure(() => {
        try {
          writeSync(full, 'x');
        } catch (error) {
          throw fileError(error, join(dir, 'model.safetensors'));
        }
      }),
    ).toBe('DIR/model.safetensors: cannot be written, no space is left on the device; free some and run again.');
  });
});
