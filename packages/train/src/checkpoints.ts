// Checkpoints on disk: directories that are either complete or not there, the newest few of them.
import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, parseJsonObject } from '@twilljs/hub';
import { attempt, flushDirectory, listDirectory, makeDirectory, readFile, writeAtomic } from '@twilljs/hub/node';
import { FileError, isTwillError } from '@twilljs/tensor';

export interface Checkpoint {
  readonly step: number;
  readonly path: string;
  /** What `write` was given. */
  readonly state: JsonObject;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const STATE = 'state.json';
/** A directory that is being written or removed; it counts for nothing. */
const TEMPORARY = /^\.(new|old)-step-\d+$/;
const COMPLETE = /^step-(\d+)$/;

const nameOf = (step: number) => `step-${String(step).padStart(6, '0')}`;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/**
 * The folder `checkpoints/` of a run, with one directory `step-000123/` for each step that is kept.
 *
 * A directory is written under a temporary name, flushed to disk and renamed, so that a crash at any moment leaves the
 * checkpoints before it as they were. `state.json` holds the SHA-256 of every other file.
 */
export class Checkpoints {
  readonly path: string;
  private readonly keep: number;

  /** @param keep How many of the newest stay on disk. */
  constructor(path: string, keep: number) {
    this.path = path;
    this.keep = keep;
  }

  /** Steps that have a directory, newest first. */
  steps(): number[] {
    if (!existsSync(this.path)) return [];
    const found = listDirectory(this.path).map((name) => COMPLETE.exec(name)?.[1]);
    return found
      .filter((digits) => digits !== undefined)
      .map(Number)
      .sort((a, b) => b - a);
  }

  /** Writes the checkpoint of a step and removes those beyond the newest few. @returns its path. */
  write(step: number, state: JsonObject, files: Readonly<Record<string, Uint8Array>>): string {
    makeDirectory(this.path);
    const path = join(this.path, nameOf(step));
    const temporary = join(this.path, `.new-${nameOf(step)}`);
    rmSync(temporary, { recursive: true, force: true });
    try {
      makeDirectory(temporary);
      const sums: JsonObject = {};
      for (const [name, bytes] of Object.entries(files)) {
        writeAtomic(join(temporary, name), bytes);
        sums[name] = sha256(bytes);
      }
      writeAtomic(join(temporary, STATE), `${JSON.stringify({ ...state, sha256: sums }, null, 2)}\n`);
      this.remove(step); // what stands there was damaged, or the run would have gone on from it
      attempt(path, () => renameSync(temporary, path));
    } catch (error) {
      rmSync(temporary, { recursive: true, force: true });
      throw error;
    }
    flushDirectory(this.path);
    for (const old of this.steps()
      .filter((other) => other <= step)
      .slice(this.keep))
      this.remove(old);
    return path;
  }

  /**
   * The newest checkpoint that is whole.
   *
   * @param warn is told of every newer one that is damaged, and why.
   * @returns null when there is none at all.
   * @throws FileError when all of them are damaged: to begin anew there would remove what is left.
   */
  newest(warn: (message: string) => void): Checkpoint | null {
    const steps = this.steps();
    for (const step of steps) {
      try {
        return this.read(step);
      } catch (error) {
        if (!isTwillError(error)) throw error;
        warn(`${error.message} Going back to the checkpoint before it.`);
      }
    }
    if (steps.length === 0) return null;
    throw new FileError(
      `${this.path}: none of its ${steps.length} checkpoints is whole; bring one back from a copy, or begin anew in another directory.`,
    );
  }

  /** Removes what a killed run left half-written. */
  clean(): void {
    if (!existsSync(this.path)) return;
    for (const name of listDirectory(this.path)) {
      if (TEMPORARY.test(name)) rmSync(join(this.path, name), { recursive: true, force: true });
    }
  }

  private read(step: number): Checkpoint {
    const path = join(this.path, nameOf(step));
    const at = join(path, STATE);
    const { sha256: sums, ...state } = parseJsonObject(new TextDecoder().decode(readFile(at)), at);
    if (typeof sums !== 'object' || sums === null) {
      throw new FileError(`${at}: it has no sha256 of the other files, as a checkpoint must; it is damaged.`);
    }
    const files = new Map<string, Uint8Array>();
    for (const [name, sum] of Object.entries(sums)) {
      const bytes = readFile(join(path, name));
      if (sum !== sha256(bytes)) {
        throw new FileError(`${join(path, name)}: its SHA-256 is not the one in ${STATE}; it is damaged.`);
      }
      files.set(name, bytes);
    }
    return { step, path, state, files };
  }

  /** Removes a checkpoint; a crash on the way leaves a temporary directory, never half a checkpoint. */
  private remove(step: number): void {
    const path = join(this.path, nameOf(step));
    if (!existsSync(path)) return;
    const aside = join(this.path, `.old-${nameOf(step)}`);
    attempt(path, () => {
      rmSync(aside, { recursive: true, force: true });
      renameSync(path, aside);
      rmSync(aside, { recursive: true, force: true });
    });
  }
}
