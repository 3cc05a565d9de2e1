// scope() and keep(): how memory is given back without reference counting in user code.
import { OptionError } from './errors.ts';
import { requireFunction } from './options.ts';
import { disown, enter, type Holder, type Scope } from './storage.ts';
import type { Node } from './tape.ts';
import { Tensor } from './tensor.ts';

/** Every tensor found in a value: in arrays, maps and the own fields of objects. */
export function tensorsIn(value: unknown): Set<Tensor> {
  const found = new Set<Tensor>();
  collect(value, found, new Set());
  return found;
}

function collect(value: unknown, found: Set<Tensor>, seen: Set<unknown>): void {
  if (value instanceof Tensor) found.add(value);
  else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !seen.has(value)) {
    seen.add(value);
    const parts = value instanceof Map || value instanceof Set ? value.values() : Object.values(value);
    for (const part of parts) collect(part, found, seen);
  }
}

/** What a result keeps alive in this scope: its tensors, and the tape from which their gradients can be formed. */
function survivors(result: unknown, scope: Scope): Set<Holder> {
  if (result instanceof Promise) {
    throw new OptionError(
      'scope: the function is asynchronous, but memory is given back when it returns; await outside the scope.',
    );
  }
  const spared = new Set<Holder>(tensorsIn(result));
  const pending: Node[] = [];
  const reach = (node: Node | null | undefined) => {
    if (!node || spared.has(node) || node.home !== scope) return;
    spared.add(node);
    pending.push(node);
  };
  for (const t of [...spared]) reach((t as Tensor).slot?.node);
  for (let node = pending.pop(); node; node = pending.pop()) for (const slot of node.sources) reach(slot?.node);
  return spared;
}

/**
 * Runs `body` and gives back the memory of every tensor made inside, except those in what it returns (and what their gradients need).
 *
 * @param body synchronous; may nest scopes.
 * @returns what `body` returns.
 * @throws OptionError when `body` returns a promise.
 * @example
 * const loss = untracked(() => scope(() => model.loss(ids))); // untracked: no tape that would survive with the result
 */
export function scope<T>(body: () => T): T {
  requireFunction('scope', body);
  return enter(body, survivors);
}

/** Takes the tensors in `value` out of all scopes; their owner calls `release` when it is done with them. */
export function keep<T>(value: T): T {
  for (const t of tensorsIn(value)) disown(t);
  return value;
}

/** Gives back the tensors in `value` at once. Only for owners of what they `keep`. */
export function release(value: unknown): void {
  for (const t of tensorsIn(value)) t.release();
}
