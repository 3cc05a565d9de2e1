// Checkpoints on disk: directories that are either complete or not there, the newest few of them.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { JsonObject } from '@twilljs/hub';
import { attempt, flushDirectory, listDirectory, makeDirectory, readFile, writeAtomic } from '@twilljs/hub/node';
import { FileError, isTwillError, shown } from '@twilljs/tensor';
import { readSealed, sha256, writeSealed } from './seal.ts';

/** A checkpoint of a run. */
export interface Checkpoint {
  readonly step: number;
  readonly path: string;
  /** What `write` was given; its `step` is that of the directory. */
  readonly state: JsonObject;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const STATE = 'state.json';
/** A directory that is being written or removed; it counts for nothing. */
const TEMPORARY = /^\.(new|old)-step-\d+$/;
const COMPLETE = /^step-(\d+)$/;

const nameOf = (step: number) => `step-${String(step).padStart(6, '0')}`;

/**
 * The folder `checkpoints/` of a run, with one directory `step-000123/` for each step that is kept.
 *
 * A directory is written under a temporary name, flushed to disk and renamed, so that a crash at any moment leaves the
 * checkpoints before it as they were. `state.json` holds the SHA-256 of every other file, and of itself.
 */
export class Checkpoints {
  readonly path: string;
  /** Step of one that stays whatever its age. */
  pinned: number | null = null;
  private readonly keep: number;
  private readonly requireOwn: () => void;

  /**
   * @param keep How many of the newest stay on disk.
   * @param requireOwn Called before each change; throws where the directory has come to belong to someone else.
   */
  constructor(path: string, keep: number, requireOwn: () => void = () => {}) {
    this.path = path;
    this.keep = keep;
    this.requireOwn = requireOwn;
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

  /** Writes the checkpoint of a step and removes those beyond the newest few. @param state has the step. @returns its path. */
  write(step: number, state: JsonObject & { step: number }, files: Readonly<Record<string, Uint8Array>>): string {
    this.requireOwn();
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
      writeSealed(join(temporary, STATE), { ...state, sha256: sums });
      this.requireOwn(); // the files above may have taken long
      this.remove(step); // what stands there was damaged, or the run would have gone on from it
      attempt(path, () => renameSync(temporary, path));
    } catch (error) {
      rmSync(temporary, { recursive: true, force: true });
      throw error;
    }
    flushDirectory(this.path);
    this.prune(step);
    return path;
  }

  /** Removes those beyond the newest few up to `step`; what a damaged one was passed over for is newer, and stays. */
  prune(step: number): void {
    this.requireOwn();
    const old = this.steps().filter((other) => other <= step);
    for (const other of old.slice(this.keep)) if (other !== this.pinned) this.remove(other);
  }

  /**
   * The newest checkpoint that is whole.
   *
   * @param verify throws a TwillError where its contents cannot be: then it counts as damaged too.
   * @param warn is told of every newer one that is damaged, and why.
   * @returns null when there is none at all.
   * @throws FileError when all of them are damaged: to begin anew there would remove what is left.
   */
  newest(warn: (message: string) => void, verify: (found: Checkpoint) => void = () => {}): Checkpoint | null {
    const steps = this.steps();
    for (const step of steps) {
      try {
        const found = this.read(step);
        verify(found);
        return found;
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

  /**
   * The checkpoint of a step.
   *
   * @param only names of the files that are wanted. Default: all.
   * @throws FileError when it is missing or damaged.
   */
  read(step: number, only?: readonly string[]): Checkpoint {
    const path = join(this.path, nameOf(step));
    const at = join(path, STATE);
    const damaged = (what: string) => new FileError(`${at}: ${what}; it is damaged.`);
    const { sha256: sums, ...state } = readSealed(at);
    if (state.step !== step) throw damaged(`its step is ${shown(state.step)} but its directory says ${step}`);
    if (typeof sums !== 'object' || sums === null || Array.isArray(sums)) {
      throw damaged('it has no sha256 of the other files, as a checkpoint must');
    }
    const files = new Map<string, Uint8Array>();
    for (const [name, sum] of Object.entries(sums)) {
      if (basename(name) !== name) throw damaged(`it names the file ${shown(name)}, which is not in its directory`);
      if (only && !only.includes(name)) continue;
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
