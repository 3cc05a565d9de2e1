// One continuation as text: ids in, text out, up to what ends it.
import type { Tokenizer } from '@twilljs/tokenizers';
import { idOf, type Next } from '../continuations.ts';
import { meanLogprob } from '../generate-best.ts';
import type { Token } from '../sampling/logprobs.ts';
import { StopTexts } from './stop-texts.ts';

/** What has ended a text: a text or an id of `stop`, an id with which the tokenizer or the model ends texts, or `maxTokens`. */
export type TextEnd = 'stop' | 'eos' | 'length';

/** A continuation as text and ids, and by what it ended. */
export interface GeneratedText {
  /** Without what ended it. */
  readonly text: string;
  /** All that came, those that ended it too. */
  readonly ids: readonly number[];
  /** Null where it was left before its end. */
  readonly end: TextEnd | null;
  /** Where `logprobs` asked for them, or `n` for an order; else null. */
  readonly tokens: readonly Token[] | null;
  /** The mean of the log-probabilities of its ids, beside `tokens`; -Infinity where none came. */
  readonly logprob: number | null;
}

/** What ends texts. */
export interface Ends {
  readonly texts: readonly string[];
  readonly ids: ReadonlySet<number>;
  readonly eos: ReadonlySet<number>;
}

export class Writing {
  private readonly ends: Ends;
  private readonly stream: ReturnType<Tokenizer['decodeStream']>;
  private readonly stops: StopTexts;
  private readonly came: Next[] = [];
  /** The end of the prompt, as far as the stream has not said it yet. */
  private unsaid: string;
  private shown = '';
  private ended: TextEnd | null = null;

  constructor(tokenizer: Tokenizer, prompt: Int32Array, ends: Ends) {
    this.ends = ends;
    this.stops = new StopTexts(ends.texts);
    this.stream = tokenizer.decodeStream({ skipSpecialTokens: true });
    // What comes is told as what follows the prompt: some tokenizers begin a text in another way than they go on with it.
    let said = 0;
    for (const id of prompt) said += this.stream.push(id).length;
    this.unsaid = tokenizer.decode(prompt, { skipSpecialTokens: true }).slice(said);
  }

  /** What has ended it; null while it goes on. */
  get end(): TextEnd | null {
    return this.ended;
  }

  /** @returns what may be shown now: whole characters, of which no stop takes any back. */
  push(next: Next): string {
    const id = idOf(next);
    this.came.push(next);
    if (this.ends.ids.has(id)) return this.finish('stop');
    if (this.ends.eos.has(id)) return this.finish('eos');
    return this.show(this.stream.push(id));
  }

  /** @returns what was held back. */
  finish(end: TextEnd): string {
    const rest = this.show(this.stream.end());
    if (this.ended !== null) return rest; // a stop was in it
    this.ended = end;
    const held = this.stops.end();
    this.shown += held;
    return rest + held;
  }

  found(): GeneratedText {
    const tokens = this.came.every((next): next is Token => typeof next !== 'number') ? this.came : null;
    return {
      ...{ text: this.shown, ids: this.came.map(idOf), end: this.ended, tokens },
      logprob: tokens && meanLogprob(tokens),
    };
  }

  private show(said: string): string {
    const { text, stopped } = this.stops.push(this.withoutPrompt(said));
    if (stopped) this.ended = 'stop';
    this.shown += text;
    return text;
  }

  /** Drops what is the prompt's. The bytes of a character that it had begun are its end. */
  private withoutPrompt(said: string): string {
    if (this.unsaid === '' || said === '') return said;
    let same = 0;
    for (const character of said) {
      if (!this.unsaid.startsWith(character, same)) break;
      same += character.length;
    }
    this.unsaid = same === said.length ? this.unsaid.slice(same) : '';
    return said.slice(same);
  }
}
