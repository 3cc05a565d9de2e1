// What a recording uses from outside, and whether it still is what it was.
import { changesOfCaptured } from './recorder.ts';
import type { Storage } from './storage.ts';
import type { Tensor } from './tensor.ts';

/** A tensor from outside, and what must still be so for the recording to hold. */
export interface Captured {
  readonly tensor: Tensor;
  readonly storage: Storage;
  readonly offset: number;
  readonly tracked: boolean;
}

export class Captures {
  readonly all: readonly Captured[];
  /** The count of changes at which all were looked at. */
  private heldAt = -1;

  constructor(all: readonly Captured[]) {
    this.all = all;
  }

  /** Whether each is still where it was, and a parameter or none as it was. */
  hold(): boolean {
    const now = changesOfCaptured();
    if (this.heldAt === now) return true;
    this.heldAt = now;
    return this.all.every(
      ({ tensor, storage, offset, tracked }) => tensor.isAt(storage, offset) && (tensor.slot !== undefined) === tracked,
    );
  }
}
