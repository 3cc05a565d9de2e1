import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import { type StreamOptions, streamTexts } from './node.ts';

const home = mkdtempSync(join(tmpdir(), 'twill-stream-'));
afterAll(() => rmSync(home, { recursive: true }));

async function textsOf(path: string, options?: StreamOptions): Promise<string[]> {
  const list: string[] = [];
  for await (const text of streamTexts(join(home, path), options)) list.push(text);
  return list;
}

describe('streamTexts', () => {
  it('gives documents, and of long ones parts that end behind a letter', async () => {
    const long = 'é漢字 whale, '.repeat(3e5);
    writeFileSync(join(home, 'long.txt'), long);
    const parts = await textsOf('long.txt');
    expect(parts.join('')).toBe(long);
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts.slice(1)) expect(part).toMatch(/^ whale/);
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(2 ** 21);
  });

  it('never gives half a character', async () => {
    const text = '\u{1f600}'.repeat(2e6);
    writeFileSync(join(home, 'faces.txt'), text);
    const parts = await textsOf('faces.txt');
    expect(parts.every((part) => !/\p{Surrogate}/u.test(part))).toBe(true);
    expect(parts.join('')).toBe(text);
  });

  it('gives the lines of files, and tells what was read', async () => {
    writeFileSync(join(home, 'a.jsonl'), '{"text":"one"}\n{"text":""}\nnone\n{"text":"two"}\n');
    const [read, notes]: [number[], string[]] = [[], []];
    const onRead = (bytes: number, of: number) => read.push(bytes / of);
    const options = { onRead, onBadLine: 'skip', note: (line: string) => notes.push(line) } as const;
    expect(await textsOf('a.jsonl', options)).toEqual(['one', 'two']);
    expect(read.at(-1)).toBe(1);
    expect(notes).toEqual([expect.stringMatching(/1 bad line of .*a.jsonl/)]);
  });

  it('tells of the bytes of a Parquet file, not of those that it holds compressed', async () => {
    const data = Array.from({ length: 40 }, (_, i) => `row ${i} `.repeat(500));
    const columnData = [{ name: 'text', data, type: 'STRING' as const }];
    const file = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 16 }));
    expect(file.length).toBeLessThan(data.join('').length / 5);
    writeFileSync(join(home, 'rows.parquet'), file);
    const read: number[] = [];
    expect(await textsOf('rows.parquet', { onRead: (bytes) => read.push(bytes) })).toEqual(data);
    expect(read).toEqual([16 / 40, 32 / 40, 1].map((part) => Math.floor(part * file.length)));
  });

  it('refuses what is not there', async () => {
    await expect(textsOf('none.txt')).rejects.toThrow(/none.txt does not exist/);
  });
});
