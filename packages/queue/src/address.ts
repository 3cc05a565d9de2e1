// Where a queue is: a URL of Redis, and the name of the queue after `#`.
import { OptionError } from '@twilljs/tensor';

/** Where a queue is. */
export interface QueueAddress {
  /** For the client of Redis; it may hold a password, and is never printed. */
  readonly url: string;
  /** Of the queue, among others of the same Redis. */
  readonly name: string;
  /** For messages: host, port, database and name, without user and password. */
  readonly shown: string;
}

/** Of a queue whose address has none. */
const NAME = 'sweep';

/**
 * Reads `redis://[user:password@]host[:port][/database][#name]`, or `rediss://` for TLS.
 *
 * @throws OptionError for anything else; no message repeats the user or the password.
 */
export function queueAddress(text: string): QueueAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') {
    throw new OptionError(
      'queue: the address is no URL of Redis; give redis://host:6379, or rediss:// for TLS, with user:password@ before the host where it wants one.',
    );
  }
  const { protocol, hostname, port, pathname, hash } = url;
  if (!/^(\/\d*)?$/.test(pathname)) {
    throw new OptionError(
      `queue: the database of ${hostname} is "${pathname.slice(1)}" where a number is needed; give /0, or none.`,
    );
  }
  const name = hash === '' ? NAME : decodeURIComponent(hash.slice(1));
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw new OptionError(
      `queue: the name after # is "${name.slice(0, 80)}"; use up to 64 letters, digits, dots, dashes and underscores.`,
    );
  }
  url.hash = '';
  const database = pathname.length > 1 ? pathname : '';
  const shown = `${protocol}//${hostname}:${port || 6379}${database}${name === NAME ? '' : `#${name}`}`;
  return { url: url.href, name, shown };
}
