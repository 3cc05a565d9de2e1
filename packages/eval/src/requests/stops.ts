// Texts that end a generation, as the harness looks for them.
import type { Tokenizer } from '@twilljs/tokenizers';

/** Tokens that are looked at beyond as many as a stop has itself: a model may write it in other tokens. */
const BEYOND = 2;

/**
 * Whether what came is over. Of each stop the last tokens alone are looked at, as many as it has and two more, so that one that was
 * written in more tokens does not end a generation, though it cuts it.
 *
 * @param until texts; with an empty one all ends after the first token.
 */
export function stopsIn(tokenizer: Tokenizer, until: readonly string[]): (ids: readonly number[]) => boolean {
  const stops = until.map((text) => ({
    text,
    tokens: tokenizer.encode(text, { addSpecialTokens: false }).length + BEYOND,
  }));
  return (ids) => {
    const texts = new Map<number, string>();
    return stops.some(({ text, tokens }) => {
      if (!texts.has(tokens)) texts.set(tokens, tokenizer.decode(ids.slice(-tokens)));
      return texts.get(tokens)!.includes(text);
    });
  };
}

/** What is left of a text before its stops: each cuts what the ones before it have left. Empty ones cut nothing. */
export function cutAtStops(text: string, until: readonly string[]): string {
  let left = text;
  for (const stop of until) {
    const at = stop === '' ? -1 : left.indexOf(stop);
    if (at !== -1) left = left.slice(0, at);
  }
  return left;
}
