// Streams that come in parts of any size: what a document is does not depend on where they were cut.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decompressed } from './bytes.ts';
import { csv } from './csv.ts';
import { jsonl } from './jsonl.ts';
import { BadLines, type Piece } from './pieces.ts';

const golden = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../../../golden/data/${name}`, import.meta.url)));

async function* inParts(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

async function bytesOf(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part.slice());
  return Buffer.concat(all);
}

async function textsOf(pieces: AsyncIterable<readonly Piece[]>): Promise<string[]> {
  const texts: string[] = [];
  for await (const batch of pieces) {
    for (const { text } of batch) texts.push(typeof text === 'string' ? text : Buffer.from(text).toString());
  }
  return texts;
}

const plain = golden('documents.jsonl');
const compressed = [
  ['zstd', golden('documents.jsonl.zst')],
  ['zstd', golden('frames.jsonl.zst')],
  ['gzip', Buffer.concat([gzipSync(plain.subarray(0, 7000)), gzipSync(plain.subarray(7000))])],
] as const;

it.each([1, 2, 3, 7, 1000])('compressed bytes in parts of %i are the same', async (size) => {
  for (const [compression, bytes] of compressed) {
    expect((await bytesOf(decompressed(inParts(bytes, size), compression))).equals(plain)).toBe(true);
  }
});

describe('rows', () => {
  const field = fc.string({
    unit: fc.constantFrom('a', 'é', '🐋', '"', ',', '\n', '\r', '\r\n', ' ', '\ufeff'),
    maxLength: 8,
  });
  const rows = fc.array(fc.tuple(field, field), { minLength: 1, maxLength: 6 });
  const size = fc.integer({ min: 1, max: 9 });
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

  it('of a table are those that were written, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(rows, size, fc.constantFrom('\n', '\r\n'), fc.boolean(), async (list, size, end, isEnded) => {
        const lines = [['id', 'text'], ...list].map((row) => row.map(quoted).join(','));
        const bytes = Buffer.from(lines.join(end) + (isEnded ? end : ''));
        const bad = new BadLines('t.csv');
        expect(await textsOf(csv(inParts(bytes, size), bad, 'text', 44))).toEqual(list.map(([, text]) => text));
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it('that are bad are told by the same lines, however it is cut', async () => {
    const anything = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', '""', ',"'), maxLength: 30 });
    const read = async (bytes: Buffer, size: number) => {
      const bad = new BadLines('t.csv', 'skip');
      const texts = await textsOf(csv(inParts(bytes, size), bad, 'text', 44));
      return { texts, bad: bad.note };
    };
    await fc.assert(
      fc.asyncProperty(anything, size, async (rest, size) => {
        const bytes = Buffer.from(`id,text\n${rest}`);
        expect(await read(bytes, size)).toEqual(await read(bytes, bytes.length));
      }),
      { seed: 4, numRuns: 300 },
    );
  });

  it('of lines of JSON are those that were written, however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(field, { minLength: 1, maxLength: 6 }), size, async (list, size) => {
        const bytes = Buffer.from(list.map((text) => JSON.stringify({ text })).join('\r\n'));
        expect(await textsOf(jsonl(inParts(bytes, size), new BadLines('t.jsonl'), 'text'))).toEqual(list);
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});
