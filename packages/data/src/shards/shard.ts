// A shard on disk: ids by position, read when they are asked for, and compared with their checksums when they are read first.
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, rmSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { FileError } from '@twilljs/tensor';
import {
  BLOCK,
  bytesOf,
  type Footer,
  type Ids,
  idsOfWidth,
  MAGIC,
  placesOf,
  ROW,
  sha256,
  TRAILER,
  VERSION,
} from './layout.ts';

/** Bytes of tables that are in memory at once. */
const PART = 2 ** 20;

/** Rows that are read together. */
const NEIGHBOURS = 64;

/** Closes what nobody reads any more: a shard is handed around as the text that it is. */
const unread = /* @__PURE__ */ new FinalizationRegistry<number>((fd) => closeSync(fd));

/** Why a file is no shard, or a damaged one. */
export class DamagedShard extends Error {}

export class Shard {
  readonly path: string;
  readonly footer: Footer;
  private readonly fd: number;
  private readonly checksums: Uint32Array;
  /** 1 for each block that was compared. */
  private readonly compared: Uint8Array;
  private readonly block = Buffer.alloc(BLOCK);
  private neighbours: { readonly place: number; readonly bytes: Buffer } | null = null;

  /** @throws DamagedShard; an error of the system where there is no such file. */
  constructor(path: string) {
    this.path = path;
    this.fd = openSync(path, 'r');
    try {
      this.footer = this.readFooter();
      this.checksums = this.readTables();
    } catch (error) {
      closeSync(this.fd);
      throw error;
    }
    this.compared = new Uint8Array(this.checksums.length);
    unread.register(this, this.fd);
  }

  /** Takes the name away: the ids are read until nobody has them any more. */
  unlink(): void {
    rmSync(this.path, { force: true });
  }

  /**
   * Ids [from, to).
   *
   * @throws FileError when they are not what was written. The shard is then removed: whoever reads the text next makes it anew.
   */
  read(from: number, to: number): Ids {
    const { width } = this.footer;
    const ids = idsOfWidth(width, to - from);
    const end = to * width;
    try {
      for (let block = Math.floor((from * width) / BLOCK); block * BLOCK < end; block++) {
        if (this.compared[block] === 0) this.compare(block);
      }
      this.fill(bytesOf(ids), from * width);
      return ids;
    } catch (error) {
      if (!(error instanceof DamagedShard)) throw error;
      this.unlink();
      throw new FileError(`${this.path}: ${error.message}; it is removed, run again to make it anew.`, {
        cause: error,
      });
    }
  }

  /** Where a document begins among the ids. */
  beginOf(document: number): number {
    return this.rowOf(placesOf(this.footer).index, this.footer.documents, document);
  }

  /** How many ids a document has. */
  lengthOf(document: number): number {
    const { documents, tokens } = this.footer;
    return (document + 1 < documents ? this.beginOf(document + 1) : tokens) - this.beginOf(document);
  }

  /** Ids of a document before its last tenth. */
  cutOf(document: number): number {
    return this.rowOf(placesOf(this.footer).cuts, this.footer.cuts, document);
  }

  /** The first number of a row. Neighbours are read together: documents are often read in their order. */
  private rowOf(at: number, count: number, row: number): number {
    const from = row - (row % NEIGHBOURS);
    const place = at + ROW * from;
    if (this.neighbours?.place !== place) {
      const bytes = this.bytes(place, ROW * Math.min(NEIGHBOURS, count - from));
      this.neighbours = { place, bytes };
    }
    return this.neighbours.bytes.readDoubleLE(ROW * (row - from));
  }

  /** Rows of the index: where each document begins among the ids, and among the bytes of the text. */
  *documents(): Generator<readonly [tokens: number, bytes: number]> {
    yield* this.rows(placesOf(this.footer).index, this.footer.documents);
  }

  /** Ids and bytes of each document, from the first, before its last tenth. */
  *cuts(): Generator<readonly [tokens: number, bytes: number]> {
    yield* this.rows(placesOf(this.footer).cuts, this.footer.cuts);
  }

  private *rows(at: number, count: number): Generator<readonly [number, number]> {
    const perPart = PART / ROW;
    for (let from = 0; from < count; from += perPart) {
      const bytes = this.bytes(at + ROW * from, ROW * Math.min(perPart, count - from));
      for (let i = 0; i < bytes.length; i += ROW) yield [bytes.readDoubleLE(i), bytes.readDoubleLE(i + 8)];
    }
  }

  private compare(block: number): void {
    const { width, tokens } = this.footer;
    const length = Math.min(BLOCK, width * tokens - block * BLOCK);
    const bytes = this.block.subarray(0, length);
    this.fill(bytes, block * BLOCK);
    if (crc32(bytes) !== this.checksums[block]) {
      throw new DamagedShard(`bytes ${block * BLOCK} to ${block * BLOCK + length} are not those that were written`);
    }
    this.compared[block] = 1;
  }

  private readFooter(): Footer {
    const { size } = fstatSync(this.fd);
    if (size < TRAILER) throw new DamagedShard('it ends too soon');
    const trailer = this.bytes(size - TRAILER, TRAILER);
    if (trailer.toString('latin1', TRAILER - MAGIC.length) !== MAGIC) throw new DamagedShard('its end is missing');
    const length = trailer.readUInt32LE(0);
    if (length > size - TRAILER) throw new DamagedShard('its footer is longer than it is');
    const json = this.bytes(size - TRAILER - length, length);
    if (!sha256(json).equals(trailer.subarray(4, 36))) throw new DamagedShard('its footer was changed');
    const footer = JSON.parse(json.toString()) as Footer;
    if (footer.version !== VERSION) throw new DamagedShard(`it is of version ${footer.version}`);
    if (placesOf(footer).footer !== size - TRAILER - length) throw new DamagedShard('it is not as long as it says');
    return footer;
  }

  /** Of them only the checksums stay in memory. */
  private readTables(): Uint32Array {
    const { index, checksums, footer } = placesOf(this.footer);
    const hash = createHash('sha256');
    for (let at = index; at < checksums; at += PART) hash.update(this.bytes(at, Math.min(PART, checksums - at)));
    const sums = new Uint32Array((footer - checksums) / 4);
    this.fill(bytesOf(sums), checksums);
    if (hash.update(bytesOf(sums)).digest('hex') !== this.footer.tables)
      throw new DamagedShard('its index was changed');
    return sums;
  }

  private bytes(at: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    this.fill(bytes, at);
    return bytes;
  }

  private fill(bytes: Buffer, from: number): void {
    for (let at = 0; at < bytes.length; ) {
      const count = readSync(this.fd, bytes, at, bytes.length - at, from + at);
      if (count === 0) throw new DamagedShard('it ends too soon');
      at += count;
    }
  }
}
