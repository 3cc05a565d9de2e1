// Answers on disk: a run that was killed goes on behind its last batch.
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, flushDirectory, makeDirectory, readFile } from '@twilljs/hub/node';
import { FileError, knownOnly, OptionError, shown } from '@twilljs/tensor';
import { lockDirectory } from '@twilljs/train/node';
import type { Answering, AnswerStore } from './answer.ts';
import { type AnswersKey, answersKey } from './answers-key.ts';
import { answerOf, sealed, sha256, storedAnswer, unsealed } from './answers-line.ts';
import { type Answer, keyOf, type Request } from './request.ts';

/** The format, and its version: another one is another key. */
const FORMAT = 'twill answers 1';
const FILE = 'answers.jsonl';
const NEWLINE = 10;

export interface AnswersFile extends AnswerStore, Disposable {
  readonly path: string;
  /** Answers that it had when it was opened. */
  readonly found: number;
  /** What was left out of it, one line each. */
  readonly notes: readonly string[];
  readonly key: AnswersKey;
}

/**
 * Answers of a model with a tokenizer and a length, in a folder of theirs in `directory`. Each batch is one line with a checksum, flushed
 * to disk before the next is computed: after a crash at any moment a batch is there whole, or it is computed again.
 *
 * Other weights, adapters, tokenizers, lengths, devices or types of numbers have other folders.
 *
 * @returns the answers, to be disposed of; until then no other process can open them.
 * @throws FileError naming the line of a file that is damaged, which is left as it is; OptionError while another process holds it.
 */
export async function openAnswers(
  directory: string,
  given: Pick<Answering, 'model' | 'tokenizer' | 'maxLength'>,
): Promise<AnswersFile> {
  knownOnly('openAnswers', given, ['model', 'tokenizer', 'maxLength']);
  if (typeof directory !== 'string' || directory === '') {
    throw new OptionError(`openAnswers: the directory is ${shown(directory)}; give a path.`);
  }
  const key = await answersKey(given);
  const folder = join(directory, sha256(JSON.stringify(key)).slice(0, 16));
  makeDirectory(folder);
  const lock = await lockDirectory(folder);
  try {
    return new Answers(folder, key, lock);
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

class Answers implements AnswersFile {
  readonly path: string;
  readonly found: number;
  readonly notes: string[] = [];
  readonly key: AnswersKey;
  private readonly lock: Disposable;
  private readonly answers = new Map<string, Answer>();
  private readonly fd: number;
  /** Bytes that are whole lines. */
  private size = 0;

  constructor(folder: string, key: AnswersKey, lock: Disposable) {
    this.path = join(folder, FILE);
    this.key = key;
    this.lock = lock;
    const lines = existsSync(this.path) ? this.wholeLines(readFile(this.path)) : [];
    if (lines.length > 0) this.readAll(lines);
    this.fd = attempt(this.path, () => openSync(this.path, existsSync(this.path) ? 'r+' : 'w'));
    try {
      attempt(this.path, () => ftruncateSync(this.fd, this.size));
      if (this.size === 0) this.append(this.header);
      flushDirectory(folder);
    } catch (error) {
      closeSync(this.fd);
      throw error;
    }
    this.found = this.answers.size;
  }

  get(request: Request): Answer | undefined {
    return this.answers.get(idOf(request));
  }

  async put(batch: readonly (readonly [Request, Answer])[]): Promise<void> {
    const pairs = batch.map(([request, answer]) => [idOf(request), answer] as const);
    this.append({ answers: pairs.map(([id, answer]) => [id, storedAnswer(answer)]) });
    for (const [id, answer] of pairs) this.answers.set(id, answer);
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
    this.lock[Symbol.dispose]();
  }

  /** Lines that have an end; what a killed run has left behind them is dropped. */
  private wholeLines(bytes: Uint8Array): string[] {
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    const rest = utf8(bytes.subarray(end));
    if (end === 0 && !sealed(this.header).startsWith(rest)) throw this.foreign(rest);
    if (rest !== '') this.drop('was cut short');
    const lines = utf8(bytes.subarray(0, end)).split('\n').slice(0, -1);
    // A system that went down with the run may have kept the length of the last line but not the line.
    const isLost = lines.length > 1 && unsealed(lines[lines.length - 1]) === null;
    if (isLost) this.drop('is not what was written');
    this.size = isLost ? bytes.lastIndexOf(NEWLINE, end - 2) + 1 : end;
    return isLost ? lines.slice(0, -1) : lines;
  }

  private drop(why: string): void {
    this.notes.push(`${this.path}: its last line ${why}; that batch is computed again.`);
  }

  private foreign(line: string): FileError {
    return new FileError(
      `${this.path}: it begins with ${shown(line, 80)} where the key of these answers is needed; move the file away, and all is computed anew.`,
    );
  }

  private get header(): object {
    return { format: FORMAT, ...this.key };
  }

  private readAll([header, ...lines]: readonly string[]): void {
    if (header !== sealed(this.header)) throw this.foreign(header);
    for (const [i, line] of lines.entries()) {
      const record = unsealed(line);
      if (record === null) {
        throw new FileError(
          `${this.path}: line ${i + 2} is not what was written; bring the file back from a copy, or remove that line, and its answers are computed again.`,
        );
      }
      const pairs = record.answers as readonly (readonly [string, unknown])[]; // the checksum says that we wrote it
      for (const [id, answer] of pairs) this.answers.set(id, answerOf(answer));
    }
  }

  /** All of a line or, where it cannot be written, nothing of it. */
  private append(record: object): void {
    const line = Buffer.from(`${sealed(record)}\n`);
    attempt(this.path, () => {
      try {
        for (let at = 0; at < line.length; ) at += writeSync(this.fd, line, at, line.length - at, this.size + at);
        fsyncSync(this.fd);
      } catch (error) {
        ftruncateSync(this.fd, this.size);
        throw error;
      }
    });
    this.size += line.length;
  }
}

const utf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Half of a SHA-256: no two requests share it. */
const idOf = (request: Request): string => sha256(keyOf(request)).slice(0, 32);
