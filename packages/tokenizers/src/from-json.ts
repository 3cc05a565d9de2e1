// A tokenizer from `tokenizer.json`, the file that models on the Hub come with.
import { FileError, isTwillError, knownOnly, OptionError, shown } from '@twilljs/tensor';
import { splitter } from './added.ts';
import { decoderOf } from './decoders.ts';
import { readFile } from './file.ts';
import { modelOf, normalizerOf } from './models.ts';
import { frameOf } from './post-processors.ts';
import { preTokenizerOf } from './pre-tokenizers.ts';
import { makeTokenizer, type Tokenizer } from './tokenizer.ts';

export interface FromJsonOptions {
  /** What errors call the file. Default: tokenizer.json. */
  readonly path?: string;
}

/**
 * The tokenizer of a `tokenizer.json`, with the ids and the text that Hugging Face's tokenizers give. Truncation and padding, which a
 * file can ask for, are for batches and are not done.
 *
 * @param text the content of the file.
 * @throws FileError which names what is broken or not known.
 */
export function tokenizerFromJson(text: string, options: FromJsonOptions = {}): Tokenizer {
  knownOnly('tokenizerFromJson', options, ['path']);
  if (typeof text !== 'string') {
    throw new OptionError(
      `tokenizerFromJson: ${shown(text)} is given where the text of a file is needed; read it first.`,
    );
  }
  const { path = 'tokenizer.json' } = options;
  try {
    return made(text, path);
  } catch (cause) {
    if (isTwillError(cause)) throw cause;
    // What is of the wrong form deep inside of a part.
    throw new FileError(`${path}: it cannot be understood (${(cause as Error).message}); check the file.`, { cause });
  }
}

function made(text: string, where: string): Tokenizer {
  const file = readFile(text, where);
  const { ids, added } = file;
  const names: string[] = [];
  for (const [token, id] of ids) names[id] = token;
  const specials = added.filter(({ special }) => special);
  const special = new Set(specials.map(({ id }) => id));
  const encode = encoderOf(file, where);
  const frame = frameOf(file.postProcessor, where);
  for (const id of [...frame.before, ...frame.after]) {
    if (names[id] === undefined)
      throw new FileError(`${where}: its post_processor adds the id ${shown(id)}, which no token has; check the file.`);
  }
  const stage = decoderOf(file.decoder, where);
  return makeTokenizer({
    kind: file.model.type,
    identity: file.identity,
    vocabSize: names.length,
    specialTokens: new Map(specials.map(({ content, id }) => [content, id])),
    encode(text, addSpecialTokens) {
      const own = encode(text);
      return Int32Array.from(addSpecialTokens ? [...frame.before, ...own, ...frame.after] : own);
    },
    decodeStream(skipSpecialTokens) {
      const { push, end } = stage();
      return {
        // An id between others that no token has says nothing.
        push: (id) =>
          names[id] === undefined || (skipSpecialTokens && special.has(id)) ? '' : push(names[id]).join(''),
        end: () => end().join(''),
      };
    },
    tokenToId: (token) => ids.get(token) ?? null,
    idToToken: (id) => names[id] ?? null,
  });
}

/** Added tokens are looked for in the text, then in its normal form; what lies between them goes through the model. */
function encoderOf(file: ReturnType<typeof readFile>, where: string): (text: string) => number[] {
  const normalize = normalizerOf(file.normalizer);
  const words = preTokenizerOf(file.preTokenizer, where);
  const model = modelOf(file, where);
  const asTheyAre = splitter(file.added.filter(({ normalized }) => !normalized));
  const normalized = file.added.filter((token) => token.normalized);
  const inNormalForm = splitter(normalized.map((token) => ({ ...token, content: normalize(token.content) })));
  return (text) => {
    const ids: number[] = [];
    for (const part of asTheyAre(text)) {
      if ('id' in part) ids.push(part.id);
      else {
        for (const piece of inNormalForm(normalize(part.text))) {
          if ('id' in piece) ids.push(piece.id);
          else for (const id of model(words(piece.text, part.at + piece.at === 0))) ids.push(id);
        }
      }
    }
    return ids;
  };
}
