// One file, from the Hub into the blobs of the cache: resumed where it broke off, and there only when its hash is right.
import { createHash, type Hash } from 'node:crypto';
import { createReadStream, renameSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { factsOf } from '@twilljs/tensor';
import { attempt, fileError } from '../files.ts';
import type { RepositoryCache } from './cache.ts';
import { HubError, Passing } from './errors.ts';
import { blobOf, type RemoteFile } from './listing.ts';
import { claimPart, leavePart } from './partial.ts';
import { fileAddress } from './repository.ts';
import { type Answer, type Asking, request } from './request.ts';
import { patiently } from './retry.ts';

export interface Download {
  readonly asking: Asking;
  readonly cache: RepositoryCache;
  readonly commit: string;
  readonly file: RemoteFile;
  /** Told how many bytes of the file are there, which may become fewer. */
  onBytes(there: number): void;
  /** Told how many have come over the network. */
  onReceived(bytes: number): void;
  /** Told why nothing comes for a while. */
  onPause(why: string): void;
  /** Told of what went wrong and was mended. */
  onMended(what: string): void;
}

/**
 * Brings a blob into the cache, unless another process does so meanwhile.
 *
 * @throws HubError when the bytes are not those that were announced, and when a connection breaks too often without a byte more.
 * @throws FileError when they cannot be written.
 */
export async function download(job: Download): Promise<void> {
  const { cache, file, asking } = job;
  const blob = join(cache.blobs, blobOf(file));
  const part = await claimPart(blob, () => cache.hasBlob(file), { signal: asking.signal, onBytes: job.onBytes });
  if (part === null) return job.onBytes(file.bytes);
  let isWrong = false;
  try {
    const writer = await PartWriter.open(part, job);
    try {
      await fill(writer, job);
    } catch (error) {
      isWrong = error instanceof WrongBytes;
      throw error instanceof WrongBytes ? error.error : error;
    } finally {
      await writer.close();
    }
    // The bytes are on the disk by now; a name that a power cut takes back is fetched again.
    attempt(blob, () => renameSync(part, blob));
  } catch (error) {
    // What has arrived is kept for the next time; what is wrong, never.
    if (isWrong) rmSync(part, { force: true });
    else leavePart(part, blob);
    throw error;
  }
}

/** The whole of a file was there, and was another one. */
class WrongBytes extends Error {
  readonly error: HubError;
  constructor(error: HubError) {
    super(error.message);
    this.error = error;
  }
}

async function fill(writer: PartWriter, job: Download): Promise<void> {
  const { asking, file, onMended } = job;
  const found = writer.at > 0;
  let [reached, breaks, begunAnew] = [writer.at, 0, false];
  const advanced = () => {
    const isFurther = writer.at > reached;
    reached = Math.max(reached, writer.at);
    return isFurther;
  };
  const onAgain = (error: HubError, ms: number) => {
    breaks++;
    job.onPause(`${factsOf(error)}; again in ${Math.ceil(ms / 1000)} s`);
  };
  for (;;) {
    await patiently(() => receive(writer, job), { signal: asking.signal, advanced, onAgain });
    const hash = writer.digest();
    if (hash === blobOf(file)) break;
    // What was found may have been the beginning of anything: one whole download tells who is wrong.
    if (begunAnew || !(found || breaks > 0)) throw wrong(job, hash);
    begunAnew = true;
    await writer.restart();
  }
  await writer.flush();
  if (breaks > 0) onMended(`${file.path}: the connection broke ${times(breaks)} and was taken up again`);
  if (begunAnew) onMended(`${file.path}: what had arrived before was of another file; it was fetched anew`);
}

const times = (n: number): string => (n === 1 ? 'once' : `${n} times`);

function wrong({ asking, file }: Download, hash: string): WrongBytes {
  const kind = file.sha256 === undefined ? 'git hash' : 'SHA-256';
  const fact = `arrives with the ${kind} ${hash} but ${blobOf(file)} was announced`;
  return new WrongBytes(
    new HubError(
      `${asking.repository.id}: ${file.path} ${fact}; it was thrown away. Fetch it again, from a mirror if it stays so.`,
      null,
    ),
  );
}

/** Receives from where the part ends to the end of the file. @throws Passing where the connection breaks before. */
async function receive(writer: PartWriter, { asking, commit, file }: Download): Promise<void> {
  if (writer.at > file.bytes) await writer.restart();
  if (writer.at === file.bytes) return;
  const url = fileAddress(asking.endpoint, asking.repository, commit, file.path);
  const answer = await request(asking, url, writer.range());
  try {
    if (answer.status === 416 || (answer.status === 206 && !goesOn(answer, writer.at))) {
      await writer.restart();
      throw broken(file, 'another part is sent than was asked for');
    }
    // The server begins anew: it knows no ranges, or the file has changed since the first half.
    if (answer.status !== 206 && writer.at > 0) await writer.restart();
    writer.validator = strongTag(answer.headers);
    for await (const bytes of answer.parts()) {
      if (writer.at + bytes.length > file.bytes) {
        await writer.restart();
        throw broken(file, `more than the announced ${file.bytes} bytes are sent`);
      }
      await writer.write(bytes);
    }
  } finally {
    await answer.leave();
  }
  if (writer.at < file.bytes) {
    throw broken(file, `it ends after ${writer.at} of ${file.bytes} bytes`);
  }
}

const broken = ({ path }: RemoteFile, fact: string): Passing =>
  new Passing(`${path}: ${fact}; try again later, or from a mirror (HF_ENDPOINT).`);

const goesOn = ({ headers }: Answer, at: number): boolean =>
  headers.get('content-range')?.startsWith(`bytes ${at}-`) === true;

/** What names these bytes and no others. */
function strongTag(headers: Headers): string | null {
  const tag = headers.get('etag');
  return tag?.startsWith('"') ? tag : null;
}

/** A part on disk, with the hash of what is in it. */
class PartWriter {
  /** Bytes that are there. */
  at = 0;
  /** Of the answer that the part began with. */
  validator: string | null = null;
  private readonly path: string;
  private readonly handle: FileHandle;
  private readonly job: Download;
  private hash: Hash;

  private constructor(path: string, handle: FileHandle, job: Download) {
    this.path = path;
    this.handle = handle;
    this.job = job;
    this.hash = newHash(job.file);
  }

  static async open(path: string, job: Download): Promise<PartWriter> {
    try {
      const writer = new PartWriter(path, await open(path, 'r+'), job);
      for await (const bytes of createReadStream(path)) writer.add(bytes);
      return writer;
    } catch (error) {
      throw fileError(error, path);
    }
  }

  range(): Record<string, string> {
    if (this.at === 0) return {};
    return { range: `bytes=${this.at}-`, ...(this.validator !== null && { 'if-range': this.validator }) };
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.saying(async () => {
      for (let from = 0; from < bytes.length; ) {
        const { bytesWritten } = await this.handle.write(bytes, from, bytes.length - from, this.at + from);
        from += bytesWritten;
      }
    });
    this.job.onReceived(bytes.length);
    this.add(bytes);
  }

  private add(bytes: Uint8Array): void {
    this.hash.update(bytes);
    this.at += bytes.length;
    this.job.onBytes(this.at);
  }

  async restart(): Promise<void> {
    await this.saying(() => this.handle.truncate(0));
    this.at = 0;
    this.validator = null;
    this.hash = newHash(this.job.file);
    this.job.onBytes(0);
  }

  digest(): string {
    return this.hash.copy().digest('hex');
  }

  flush(): Promise<void> {
    return this.saying(() => this.handle.sync());
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  private async saying(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      throw fileError(error, this.path);
    }
  }
}

/** SHA-256 of large files; of small ones what git calls them. */
function newHash({ sha256, bytes }: RemoteFile): Hash {
  return sha256 !== undefined ? createHash('sha256') : createHash('sha1').update(`blob ${bytes}\0`);
}
