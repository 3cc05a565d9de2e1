// A file that is written from its beginning to its end, and read back meanwhile.
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';

/** Bytes that are held before they are written. */
const HELD = 2 ** 20;

export class Spool {
  readonly path: string;
  readonly fd: number;
  private readonly held = Buffer.alloc(HELD);
  private used = 0;
  /** Of the bytes that are in the file. */
  private written = 0;

  constructor(path: string) {
    this.path = path;
    this.fd = openSync(path, 'w+');
  }

  get length(): number {
    return this.written + this.used;
  }

  append(bytes: Uint8Array): void {
    if (this.used + bytes.length > HELD) this.flush();
    if (bytes.length >= HELD) this.write(bytes);
    else {
      this.held.set(bytes, this.used);
      this.used += bytes.length;
    }
  }

  /** Bytes [from, to), which have been appended. */
  read(from: number, to: number): Buffer {
    if (from >= this.written) return Buffer.from(this.held.subarray(from - this.written, to - this.written));
    if (to > this.written) this.flush();
    const bytes = Buffer.alloc(to - from);
    for (let at = 0; at < bytes.length; ) {
      const count = readSync(this.fd, bytes, at, bytes.length - at, from + at);
      if (count === 0) throw new Error(`${this.path} was cut while it was written`);
      at += count;
    }
    return bytes;
  }

  /** All bytes, in parts. */
  *parts(): Generator<Buffer> {
    for (let at = 0; at < this.length; at += HELD) yield this.read(at, Math.min(at + HELD, this.length));
  }

  flush(): void {
    this.write(this.held.subarray(0, this.used));
    this.used = 0;
  }

  close(): void {
    closeSync(this.fd);
  }

  remove(): void {
    rmSync(this.path, { force: true });
  }

  private write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const count = writeSync(this.fd, bytes, at, bytes.length - at, this.written);
      at += count;
      this.written += count;
    }
  }
}
