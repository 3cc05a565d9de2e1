// A context and what comes after it, as ids: where the one ends and the other begins.
import { OptionError, shown } from '@twilljs/tensor';
import { rstrip } from '../python/white-space.ts';
import type { Encoding } from './encoding.ts';
import type { TokenRequest } from './token-request.ts';

/** Characters of a text that a message shows. */
const SHOWN = 40;

/**
 * The ids of a context and of its continuation. Both are encoded as one text, of which the context has as many ids as it has alone:
 * white space at its end belongs to the continuation before that. An empty context is the prefix alone.
 *
 * @throws OptionError where one of them has no ids.
 * @see lm-evaluation-harness 0.4.13, `loglikelihood`.
 */
export function splitPair(encoding: Encoding, context: string, continuation: string): TokenRequest {
  if (context === '') return afterPrefix(encoding, continuation);
  const before = encoding.encode(rstrip(context));
  if (before.length === 0) {
    throw new OptionError(
      `the context ${shown(context, SHOWN)} has no ids: it is white space, and the tokenizer adds no token of the beginning; give a context with text, or an empty one.`,
    );
  }
  const after = encoding.encode(context + continuation).slice(before.length);
  if (after.length > 0) return { context: before, continuation: after };
  throw new OptionError(
    `the continuation ${shown(continuation, SHOWN)} has no ids after ${shown(context.slice(-SHOWN), SHOWN)}: ${
      continuation === '' ? 'it is empty' : 'the tokenizer makes one token of both'
    }; give one that begins a token of its own, such as with a space.`,
  );
}

function afterPrefix(encoding: Encoding, continuation: string): TokenRequest {
  const prefix = prefixOf(encoding);
  const ids = encoding.inside(continuation);
  const after = ids[0] === prefix ? ids.slice(1) : ids; // it has the prefix already
  if (after.length > 0) return { context: Int32Array.of(prefix), continuation: after };
  throw new OptionError(`the continuation ${shown(continuation, SHOWN)} of an empty context has no ids; give a text.`);
}

/** What a text without a context comes after. @throws OptionError where a tokenizer has no such token. */
export function prefixOf({ prefix }: Encoding): number {
  if (prefix !== null) return prefix;
  throw new OptionError(
    'a text without a context comes after the token of the beginning or the end of texts, and the tokenizer names neither; give its tokenizer_config.json a bos_token or an eos_token.',
  );
}

/**
 * What of a request a model of `maxLength` tokens reads: the last `maxLength + 1` ids, of which the last is predicted only.
 *
 * @throws OptionError where the continuation alone is longer.
 */
export function truncated({ context, continuation }: TokenRequest, maxLength: number): TokenRequest {
  const room = maxLength + 1 - continuation.length;
  if (room >= 1) return { context: context.slice(-room), continuation };
  throw new OptionError(
    `the continuation has ${continuation.length} tokens and a model of max_length ${maxLength} reads no more at once; give a shorter one, or a larger max_length.`,
  );
}
