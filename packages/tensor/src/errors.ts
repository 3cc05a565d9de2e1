// Typed errors. Form: `<op or option>: <the two facts that disagree>; <the next step>.`

/** Marks an error as a message for the user, also across two copies of a package. */
const brand = Symbol.for('twilljs.error');

/** What an error is about, for programs that act on it: nobody takes a message apart. */
export interface ErrorDetails extends ErrorOptions {
  /** The option, flag or input that cannot be: `data`. */
  readonly option?: string;
  /** The file or directory that is in the way. */
  readonly path?: string;
}

/** Base of all errors that Twill raises on purpose. */
export class TwillError extends Error {
  readonly [brand] = true;
  override readonly name: string = 'TwillError';
  declare readonly option?: string;
  declare readonly path?: string;

  constructor(message: string, details: ErrorDetails = {}) {
    const { option, path, ...options } = details;
    super(message, options);
    if (option !== undefined) this.option = option;
    if (path !== undefined) this.path = path;
  }
}

/** Shapes that do not fit each other or the op. */
export class ShapeError extends TwillError {
  override readonly name = 'ShapeError';
}

/** An element type that the op does not take. */
export class DTypeError extends TwillError {
  override readonly name = 'DTypeError';
}

/** A device that is missing, lost, out of memory, or not the one the other inputs are on. */
export class DeviceError extends TwillError {
  override readonly name: string = 'DeviceError';
}

/** A device that was there and is gone: a driver that was reset, a card that was taken away. Another one can be made. */
export class DeviceLostError extends DeviceError {
  override readonly name = 'DeviceLostError';
}

/** A device has no memory left for what is asked of it. */
export class OutOfMemoryError extends DeviceError {
  override readonly name = 'OutOfMemoryError';
}

/** An op that has neither a kernel on this device nor a definition. */
export class UnsupportedOpError extends TwillError {
  override readonly name = 'UnsupportedOpError';
}

/** An option, a configuration field or an argument with a value that cannot be. */
export class OptionError extends TwillError {
  override readonly name = 'OptionError';
}

/** A file or directory that is missing, unreadable, damaged or in the way. */
export class FileError extends TwillError {
  override readonly name = 'FileError';
}

/** True for every error that carries Twill's brand, whichever copy of a package raised it. */
export function isTwillError(error: unknown): error is TwillError {
  return error instanceof Error && (error as { [brand]?: boolean })[brand] === true;
}

/** What the message of an error states, without its next step: for a message that gives another one. */
export function factsOf({ message }: TwillError): string {
  return message.replace(/[;.][^;.]*\.$/, '');
}

/** A programmer's impossibility, never a user's mistake. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant: ${message}`);
}
