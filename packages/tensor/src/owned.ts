// Tensors that an owner keeps from call to call, where the owner may be forgotten instead of disposed of.
import { type Anchor, holdOthers } from './outside.ts';
import { keep, release, tensorsIn } from './scope.ts';
import { adopt, disown, type Holder, type Storage } from './storage.ts';

/** Keeps the tensors in a value; they are given back by `release`, or late, when nobody can reach this any more. */
export class Owned<T> implements Holder {
  home: Holder['home'] = 'kept';
  private content: T | null;

  constructor(value: T) {
    this.content = keep(value);
    adopt(this, null);
  }

  /** Null once given back. */
  get value(): T | null {
    return this.content;
  }

  /** Keeps the tensors in `value`, and gives back those that it has and `value` has not. Not after `release`. */
  replace(value: T): void {
    const old = tensorsIn(this.content);
    this.content = keep(value);
    holdOthers(this.home as Anchor, this.held());
    for (const t of tensorsIn(value)) old.delete(t);
    for (const t of old) t.release();
  }

  held(): Storage[] {
    return [...tensorsIn(this.content)].flatMap((t) => t.held());
  }

  release(): void {
    disown(this);
    release(this.content);
    this.content = null;
  }
}
