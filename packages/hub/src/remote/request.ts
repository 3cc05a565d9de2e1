// One request to a Hub: redirects followed by hand, so that the token goes to the Hub alone, and silence that ends.
import { bodyOf } from '../sources/body.ts';
import { HubError, Passing, shownAddress } from './errors.ts';
import { refusalOf } from './refusal.ts';
import type { Repository } from './repository.ts';
import type { Settings } from './settings.ts';

/** What every request of a call has in common. */
export interface Asking extends Pick<Settings, 'endpoint' | 'token' | 'silenceMs'> {
  readonly repository: Repository;
  readonly revision: string;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body, part by part. @throws Passing when it breaks off or nothing comes for too long. */
  parts(): AsyncGenerator<Uint8Array>;
  /** Lets the connection go. */
  leave(): Promise<void>;
}

const MOST_REDIRECTS = 10;

/**
 * Asks for an address of the Hub.
 *
 * @throws Passing for what may be otherwise the next time; HubError, which says what to do, for every other refusal.
 */
export async function request(asking: Asking, url: string, headers: Record<string, string> = {}): Promise<Answer> {
  const silence = new Silence(asking);
  let at = url;
  try {
    for (let i = 0; i <= MOST_REDIRECTS; i++) {
      silence.begin();
      const response = await send(asking, at, headers, silence);
      const target = response.headers.get('location');
      if (!(response.status >= 300 && response.status < 400 && response.status !== 304 && target !== null)) {
        if (response.ok || response.status === 416) {
          silence.end();
          return answerOf(response, at, silence);
        }
        throw await refusalOf(response, at, asking);
      }
      await response.body?.cancel();
      at = redirected(at, target);
    }
    throw new HubError(`${shownAddress(url)}: leads from one address to the next without end; try again later.`, null);
  } catch (error) {
    silence.end();
    throw error;
  }
}

async function send(asking: Asking, url: string, headers: Record<string, string>, silence: Silence): Promise<Response> {
  const isHub = new URL(url).origin === new URL(asking.endpoint).origin;
  const authorization = asking.token && isHub ? { authorization: `Bearer ${asking.token.text}` } : {};
  try {
    return await fetch(url, {
      redirect: 'manual',
      signal: silence.signal,
      // Ranges count bytes of the file itself.
      headers: { ...headers, ...authorization, 'accept-encoding': 'identity', 'user-agent': 'twill' },
    });
  } catch (error) {
    throw silence.failure(error, url);
  }
}

/** @throws HubError for an address that is none, and one that would give up the encryption. */
function redirected(from: string, target: string): string {
  const to = URL.canParse(target, from) ? new URL(target, from) : null;
  const isWeb = to !== null && /^https?:$/.test(to.protocol);
  if (isWeb && !(to.protocol === 'http:' && from.startsWith('https:'))) return to.href;
  throw new HubError(
    `${shownAddress(from)}: leads to ${isWeb ? `${shownAddress(to.href)}, which is not encrypted` : 'what is no address'}; nothing was fetched from there.`,
    null,
  );
}

/** The response is held to its end: the body of one that is collected as garbage is cancelled. */
function answerOf(response: Response, url: string, silence: Silence): Answer {
  const { status, headers } = response;
  return {
    status,
    headers,
    async *parts() {
      const body = bodyOf(response, silence.signal);
      try {
        for (;;) {
          silence.begin();
          const { done, value } = await body.next();
          silence.end();
          if (done) return;
          yield value;
        }
      } catch (error) {
        throw silence.failure(error, url);
      } finally {
        silence.end();
        await body.return(null);
      }
    },
    async leave() {
      silence.end();
      await response.body?.cancel().catch(() => {}); // a reader has it, or it has failed already
    },
  };
}

/** Ends a request where nothing comes for too long, or the user wants no more. */
class Silence {
  readonly signal: AbortSignal;
  private readonly own = new AbortController();
  private readonly asking: Asking;
  private timer: NodeJS.Timeout | undefined;

  constructor(asking: Asking) {
    this.asking = asking;
    this.signal = AbortSignal.any([asking.signal, this.own.signal]);
  }

  begin(): void {
    this.end();
    this.timer = setTimeout(() => this.own.abort(), this.asking.silenceMs);
  }

  end(): void {
    clearTimeout(this.timer);
  }

  /** What a broken connection means. */
  failure(error: unknown, url: string): unknown {
    const { signal, silenceMs } = this.asking;
    if (signal.aborted) return signal.reason;
    const fact = this.own.signal.aborted
      ? `sent nothing for ${silenceMs / 1000} seconds`
      : `failed (${reasonOf(error)})`;
    return new Passing(`${shownAddress(url)}: ${fact}; check the network, or try again later.`, null, { cause: error });
  }
}

/** What the system says of a connection: `fetch failed` alone says nothing. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  const { code, message: inner } = (cause ?? {}) as NodeJS.ErrnoException;
  return code ?? (inner || message);
}

/** The whole body as text. @throws HubError above `most` bytes. */
export async function textOf(answer: Answer, url: string, most: number): Promise<string> {
  return new TextDecoder().decode(await bytesOf(answer, url, most));
}

/** The whole body. @throws HubError above `most` bytes. */
async function bytesOf(answer: Answer, url: string, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer.parts()) {
    length += part.length;
    if (length > most) {
      throw new HubError(
        `${shownAddress(url)}: sends more than the ${most} bytes that are expected; it is no Hub.`,
        null,
      );
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}
