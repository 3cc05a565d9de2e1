// How a shard lies on disk: ids of all documents, an index of the documents, checksums of blocks of ids, and what they all are.
//
//   ids        width x tokens       unsigned, little-endian; nothing stands between documents
//   index      16 x documents       f64 each: where the document begins among the ids, and bytes of the text before it
//   cuts       16 x cuts            f64 each: ids and bytes of the document before its last tenth; 0 where it cannot be cut
//   checksums  4 x blocks           CRC-32 of each 64 KiB of ids
//   footer     JSON
//   trailer    u32 length of the footer, 32 bytes SHA-256 of it, 8 bytes MAGIC
import { createHash } from 'node:crypto';

export const MAGIC = 'TWILLSH1';
/** Of what ids a text becomes: shards of another version are not looked for. */
export const VERSION = 1;
/** Bytes of ids that one checksum is of. */
export const BLOCK = 2 ** 16;
export const TRAILER = 4 + 32 + 8;
/** Bytes of a document in the index, and of a cut. */
export const ROW = 16;

export type Width = 1 | 2 | 4;
export type Ids = Uint8Array | Uint16Array | Uint32Array;

/** What a shard holds. */
export interface Footer {
  readonly version: typeof VERSION;
  readonly width: Width;
  readonly tokens: number;
  readonly documents: number;
  /** Documents that hold text. */
  readonly texts: number;
  /** Bytes of the texts. */
  readonly bytes: number;
  /** So many documents, from the first, have a cut. */
  readonly cuts: number;
  /** Of the documents: how many bytes the ids of each take, a colon, and the ids. Of bytes it is `hashOf` them. */
  readonly sha256: string;
  /** SHA-256 of index, cuts and checksums as they lie. */
  readonly tables: string;
  /** Documents of each file, in the order of the files. */
  readonly files: readonly number[];
  /** Lines about what was left out. */
  readonly notes: readonly string[];
}

export const widthFor = (vocabSize: number): Width => (vocabSize <= 256 ? 1 : vocabSize <= 65536 ? 2 : 4);

const arrays = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const;

/** So many ids, in memory of their own. */
export const idsOfWidth = (width: Width, count: number): Ids => new arrays[width](count);

export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);

export const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** Where what follows the ids begins. */
export function placesOf({ width, tokens, documents, cuts }: Footer) {
  const index = width * tokens;
  const checksums = index + ROW * (documents + cuts);
  const footer = checksums + 4 * Math.ceil(index / BLOCK);
  return { index, cuts: index + ROW * documents, checksums, footer };
}

/** What stands at the end of a shard. */
export function tailOf(footer: Footer): Buffer {
  const json = Buffer.from(JSON.stringify(footer));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  return Buffer.concat([json, length, sha256(json), Buffer.from(MAGIC, 'latin1')]);
}
