// What a Hub refuses, or does not answer: an error that says what to do.
import { type ErrorDetails, TwillError } from '@twilljs/tensor';

/** A Hub that cannot be reached, refuses, or sends what it did not announce. */
export class HubError extends TwillError {
  override readonly name = 'HubError';
  /** Of the answer; null where none came. */
  readonly status: number | null;
  /** Whether the same may succeed later: nobody answered, or was too busy to. */
  readonly mayPass: boolean;

  constructor(message: string, status: number | null, details?: ErrorDetails, mayPass = false) {
    super(message, details);
    this.status = status;
    this.mayPass = mayPass;
  }
}

/** A failure that may pass: the same request is tried again. Never leaves this folder. */
export class Passing extends Error {
  /** What is said where it does not pass. */
  readonly error: HubError;
  /** How long the server asks to wait. */
  readonly waitMs: number;

  constructor(
    message: string,
    status: number | null = null,
    { waitMs = 0, cause }: { waitMs?: number; cause?: unknown } = {},
  ) {
    super(message);
    this.error = new HubError(message, status, { cause }, true);
    this.waitMs = waitMs;
  }
}

/** An address for a message: without its query, which of a signed link is a key. */
export function shownAddress(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
