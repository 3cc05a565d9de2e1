// Writes a shard, document by document, under another name until all of it is on disk.
import { createHash, type Hash } from 'node:crypto';
import { fsyncSync, renameSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { BLOCK, bytesOf, type Footer, type Ids, ROW, tailOf, VERSION, type Width } from './layout.ts';
import { Spool } from './spool.ts';
import { flushDirectory, temporaryFor } from './temporary.ts';

/** Ids and bytes before the last tenth of a document. */
export interface Cut {
  readonly tokens: number;
  readonly bytes: number;
}

export class ShardWriter {
  private readonly path: string;
  private readonly width: Width;
  private readonly ids: Spool;
  private readonly index: Spool;
  private readonly cuts: Spool;
  private documents = 0;
  texts = 0;
  private bytes = 0;
  private begin = 0; // of the document that is being written, in ids
  private readonly files: number[] = [];

  constructor(path: string, width: Width) {
    this.path = path;
    this.width = width;
    [this.ids, this.index, this.cuts] = ['ids', 'index', 'cuts'].map((part) => new Spool(temporaryFor(path, part))) as [
      Spool,
      Spool,
      Spool,
    ];
  }

  get tokens(): number {
    return this.ids.length / this.width;
  }

  /** Ids of the document that is being written. */
  append(ids: Ids): void {
    this.ids.append(bytesOf(ids));
  }

  /** Bytes [from, to) of the ids of that document. */
  readBack(from: number, to: number): Uint8Array {
    const begin = this.begin * this.width;
    return this.ids.read(begin + from, begin + to);
  }

  /** Documents of the next file follow. */
  beginFile(): void {
    this.files.push(0);
  }

  /** @param cut null where none is asked for: then none of a later document is. */
  endDocument(bytes: number, cut: Cut | null): void {
    this.index.append(bytesOf(Float64Array.of(this.begin, this.bytes)));
    if (cut) this.cuts.append(bytesOf(Float64Array.of(cut.tokens, cut.bytes)));
    this.documents++;
    this.files[this.files.length - 1]++;
    if (this.tokens > this.begin) this.texts++;
    this.bytes += bytes;
    this.begin = this.tokens;
  }

  /** Puts the shard in its place. */
  finish(notes: readonly string[]): void {
    const { ids, index, cuts, width, tokens, documents, texts, bytes, files } = this;
    const digest = new Digest(index, documents, tokens, width);
    for (const part of ids.parts()) digest.update(part);
    const tables = createHash('sha256');
    const count = cuts.length / ROW;
    const end = function* () {
      yield* index.parts();
      yield* cuts.parts();
      yield bytesOf(Uint32Array.from(digest.checksums));
    };
    for (const part of end()) {
      tables.update(part);
      ids.append(part);
    }
    const sums = { sha256: digest.hex(), tables: tables.digest('hex') };
    const footer: Footer = {
      ...{ version: VERSION, width, tokens, documents, texts, bytes, cuts: count, ...sums, files, notes },
    };
    ids.append(tailOf(footer));
    ids.flush();
    fsyncSync(ids.fd);
    this.close();
    renameSync(ids.path, this.path);
    flushDirectory(this.path);
    for (const spool of [index, cuts]) spool.remove();
  }

  /** Leaves nothing behind. */
  abandon(): void {
    this.close();
    for (const spool of [this.ids, this.index, this.cuts]) spool.remove();
  }

  private close(): void {
    for (const spool of [this.ids, this.index, this.cuts]) spool.close();
  }
}

/** Checksums of blocks, and the hash of documents, of ids that come in parts of whole blocks. */
class Digest {
  readonly checksums: number[] = [];
  private readonly hash: Hash = createHash('sha256');
  private readonly ends: Generator<number>;
  private next: IteratorResult<number>;
  private at = 0; // bytes so far
  /** What is hashed next: many documents are short. */
  private held: Uint8Array[] = [];
  private size = 0;

  constructor(index: Spool, documents: number, tokens: number, width: Width) {
    this.ends = endsOf(index, documents, tokens, width);
    this.next = this.ends.next();
    this.begin(0);
  }

  update(part: Buffer): void {
    for (let from = 0; from < part.length; from += BLOCK) this.checksums.push(crc32(part.subarray(from, from + BLOCK)));
    let from = 0;
    while (!this.next.done && this.next.value <= this.at + part.length) {
      const end = this.next.value;
      this.hold(part.subarray(from, end - this.at));
      from = end - this.at;
      this.next = this.ends.next();
      this.begin(end);
    }
    this.hold(part.subarray(from));
    this.at += part.length;
    this.flush();
  }

  hex(): string {
    this.flush();
    return this.hash.digest('hex');
  }

  /** The length of the document that begins here, and of those without ids before one that has some. */
  private begin(at: number): void {
    if (this.next.done) return;
    this.hold(Buffer.from(`${this.next.value - at}:`));
  }

  private hold(bytes: Uint8Array): void {
    this.held.push(bytes);
    this.size += bytes.length;
    if (this.size > 2 ** 20) this.flush();
  }

  private flush(): void {
    this.hash.update(Buffer.concat(this.held));
    [this.held, this.size] = [[], 0];
  }
}

/** Where in bytes of ids each document ends. */
function* endsOf(index: Spool, documents: number, tokens: number, width: Width): Generator<number> {
  const atOnce = 2 ** 16;
  for (let from = 1; from < documents; from += atOnce) {
    const bytes = index.read(ROW * from, ROW * Math.min(documents, from + atOnce));
    for (let at = 0; at < bytes.length; at += ROW) yield width * bytes.readDoubleLE(at);
  }
  if (documents > 0) yield width * tokens;
}
