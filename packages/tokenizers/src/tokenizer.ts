// What a tokenizer is, whatever it reads: text into ids, ids into text, at once or token by token.
import { knownOnly, OptionError, shown } from '@twilljs/tensor';

/** Whether special tokens are put around a text. */
export interface EncodeOptions {
  /** What the file wants around every text, such as a token of its beginning. Default: true. */
  readonly addSpecialTokens?: boolean;
}

/** Whether special tokens are left out of a text. */
export interface DecodeOptions {
  /** Leaves out tokens that the file calls special. Default: false. */
  readonly skipSpecialTokens?: boolean;
}

/** Text of ids that come one by one. Said together it is what `decode` says of all of them. */
export interface DecodeStream {
  /** @returns what is certain by now: a character is never cut. */
  push(id: number): string;
  /** @returns what was held back. */
  end(): string;
}

/** Text into ids and back. */
export interface Tokenizer {
  /** `bytes`, or the kind of model in `tokenizer.json`: `BPE`, `Unigram`, `WordPiece`. */
  readonly kind: string;
  /** Ids are below it. */
  readonly vocabSize: number;
  /** Ids of the tokens that are no text, by their names. */
  readonly specialTokens: ReadonlyMap<string, number>;
  /** The token of the beginning of a text, where the model's files name one. */
  readonly bosId: number | null;
  /** The token of the end of a text: between documents, and where generation stops. */
  readonly eosId: number | null;
  readonly padId: number | null;
  /** Texts of chat templates, by name: `default`, `tool_use`, ... */
  readonly chatTemplates: ReadonlyMap<string, string>;
  /** Ids of a text. What stands in it as the name of an added token becomes that token. A lone surrogate becomes U+FFFD. */
  encode(text: string, options?: EncodeOptions): Int32Array;
  /** Text of ids. Bytes that are no UTF-8 become U+FFFD. @throws OptionError for what is no id. */
  decode(ids: ArrayLike<number>, options?: DecodeOptions): string;
  decodeStream(options?: DecodeOptions): DecodeStream;
  tokenToId(token: string): number | null;
  idToToken(id: number): string | null;
  /** What says whether two tokenizers are one: sha256, in hex. */
  digest(): Promise<string>;
}

/** The parts by which tokenizers differ. */
export interface Parts extends Pick<Tokenizer, 'kind' | 'vocabSize' | 'specialTokens' | 'tokenToId' | 'idToToken'> {
  encode(text: string, addSpecialTokens: boolean): Int32Array;
  /** Takes ids that are below `vocabSize`. */
  decodeStream(skipSpecialTokens: boolean): DecodeStream;
  /** What the digest is of. */
  readonly identity: string;
}

/** A tokenizer whose entrances are checked. */
export function makeTokenizer({ identity, ...parts }: Parts): Tokenizer {
  const { vocabSize } = parts;
  const decodeStream = (options: DecodeOptions = {}): DecodeStream => {
    const stream = parts.decodeStream(flag('decode', options, 'skipSpecialTokens', false));
    return { push: (id) => stream.push(checked(id, vocabSize)), end: () => stream.end() };
  };
  return {
    ...parts,
    ...{ bosId: null, eosId: null, padId: null, chatTemplates: new Map() },
    decodeStream,
    encode(text, options = {}) {
      const addSpecialTokens = flag('encode', options, 'addSpecialTokens', true);
      if (typeof text !== 'string') {
        throw new OptionError(`encode: the text is ${shown(text)} where a string is needed; give one.`);
      }
      return parts.encode(text.replace(/\p{Surrogate}/gu, '\ufffd'), addSpecialTokens);
    },
    decode(ids, options) {
      if (typeof ids === 'string' || !Number.isInteger((ids as ArrayLike<number> | null)?.length)) {
        throw new OptionError(`decode: ${shown(ids)} is given where a list of ids is needed; give numbers.`);
      }
      const { push, end } = decodeStream(options);
      const said: string[] = [];
      for (let i = 0; i < ids.length; i++) said.push(push(ids[i]));
      return said.join('') + end();
    },
    digest: () => sha256(identity),
  };
}

/** In hex. */
export async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function flag<K extends string>(where: string, options: { readonly [k in K]?: boolean }, name: K, usual: boolean) {
  knownOnly(where, options, [name]);
  const value: unknown = options[name] ?? usual;
  if (typeof value !== 'boolean') {
    throw new OptionError(`${where}: ${name} is ${shown(value)}; give true or false.`);
  }
  return value;
}

function checked(id: number, vocabSize: number): number {
  if (Number.isInteger(id) && id >= 0 && id < vocabSize) return id;
  throw new OptionError(
    `decode: ${shown(id)} is no id of this tokenizer; give whole numbers from 0 to ${vocabSize - 1}.`,
  );
}
