// Typed errors, with the mark and the form of those of @twilljs/tensor, which this package does not know.

const brand = /* @__PURE__ */ Symbol.for('twilljs.error');

/** An option or an argument with a value that cannot be. */
export class OptionError extends Error {
  readonly [brand] = true;
  override readonly name = 'OptionError';
}

/** A file or directory that is missing, unreadable or in the way. */
export class FileError extends Error {
  readonly [brand] = true;
  override readonly name = 'FileError';
}

/** Refuses what is not a whole number from `from` to `to`. */
export function whole(name: string, value: number, from: number, to = Number.MAX_SAFE_INTEGER): void {
  if (!Number.isInteger(value) || value < from || value > to) {
    const range = to === Number.MAX_SAFE_INTEGER ? `of at least ${from}` : `from ${from} to ${to}`;
    throw new OptionError(`${name} is ${value}; give a whole number ${range}.`);
  }
}
