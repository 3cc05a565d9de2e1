// Where JSON stands in the files that are attacked.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { pick } from './mutate-bytes.ts';
import type { Format } from './reader.ts';

export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
export const jsonOf = (value: unknown): Uint8Array => bytesOf(JSON.stringify(value, null, 2));

const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

/** All of the file. */
export const json: Format = {
  open: (bytes) => ({ text: textOf(bytes), close: bytesOf }),
};

/** One of its lines. */
export const lines: Format = {
  open(bytes, random) {
    const all = textOf(bytes).split('\n');
    const at = random.int(all.length);
    const doubled = pick(random, [[], [all[at]], [all[0]]]);
    return { text: all[at], close: (text) => bytesOf(all.toSpliced(at, 1, text, ...doubled).join('\n')) };
  },
};

/** The header, after eight bytes of its length, which stay right. */
export const safetensors: Format = {
  open(bytes) {
    if (bytes.length < 8) return null;
    const end = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    const close = (text: string) => {
      const header = bytesOf(text);
      const length = new Uint8Array(8);
      new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
      return joined(length, header, bytes.subarray(end));
    };
    return { text: textOf(bytes.subarray(8, end)), close };
  },
};

/** The header of a cache, under a checksum that stays right. */
export const cache: Format = {
  open(bytes) {
    const body = bytes.indexOf(10) + 10;
    const end = bytes.indexOf(10, body);
    const close = (text: string) => {
      const rest = joined(bytesOf(text), bytes.subarray(end));
      const sum = crc32(rest).toString(16).padStart(8, '0');
      return joined(bytes.subarray(0, body - 9), bytesOf(`${sum}\n`), rest);
    };
    return end < 0 ? null : { text: textOf(bytes.subarray(body, end)), close };
  },
};

/** A record with a checksum of itself, which stays right. */
export const sealed: Format = {
  open: (bytes) => ({
    text: textOf(bytes),
    close(text) {
      try {
        const { self: _, ...rest } = JSON.parse(text);
        return jsonOf({ ...rest, self: createHash('sha256').update(JSON.stringify(rest)).digest('hex') });
      } catch {
        return bytesOf(text);
      }
    },
  }),
};

/** A text that tells all of a value, whatever the order of names: maps, bytes and numbers that are not finite included. */
export function digest(value: unknown): string {
  return JSON.stringify(value, (_, part) => {
    if (part instanceof Map) return [...part];
    if (ArrayBuffer.isView(part)) {
      return createHash('sha1')
        .update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength))
        .digest('hex');
    }
    if (typeof part === 'number' && !Number.isFinite(part)) return String(part);
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
