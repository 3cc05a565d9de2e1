// A tokenizer from `tokenizer.json`, the file that models on the Hub come with.
import { FileError, knownOnly, OptionError, shown } from '@twilljs/tensor';
import { decoderOf } from './decoders.ts';
import { encoderOf, Ids } from './encoder.ts';
import { readFile } from './file.ts';
import { models } from './models.ts';
import { normalizerOf } from './normalizers.ts';
import { frameOf } from './post-processors.ts';
import { makeTokenizer, type Tokenizer } from './tokenizer.ts';

/** By what path messages name the file. */
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
  return made(text, path);
}

function made(text: string, where: string): Tokenizer {
  const file = readFile(text, where, Object.keys(models));
  const { vocabulary, added } = file;
  const normalize = normalizerOf(file.normalizer);
  const names = new Map(file.names);
  const spoken = new Map(file.names); // an added token that is looked for in normal form is said so too
  for (const { content, id, normalized } of added) {
    names.set(id, content);
    spoken.set(id, normalized ? normalize(content) : content);
  }
  let vocabSize = 0;
  for (const id of names.keys()) vocabSize = Math.max(vocabSize, id + 1);
  const addedIds = new Map(added.map(({ content, id }) => [content, id]));
  const specials = new Map(added.filter(({ special }) => special).map(({ content, id }) => [content, id]));
  const encode = encoderOf(file, normalize);
  const frame = frameOf(file.postProcessor);
  for (const id of [...frame.before, ...frame.after]) {
    if (!names.has(id))
      throw new FileError(`${where}: its post_processor adds the id ${shown(id)}, which no token has; check the file.`);
  }
  const stage = decoderOf(file.decoder);
  return makeTokenizer({
    kind: file.kind,
    identity: file.identity,
    vocabSize,
    specialTokens: specials,
    encode(text, addSpecialTokens) {
      const ids = new Ids();
      if (addSpecialTokens) for (const id of frame.before) ids.push(id);
      encode(text, ids);
      if (addSpecialTokens) for (const id of frame.after) ids.push(id);
      return ids.all();
    },
    decodeStream(skipSpecialTokens) {
      const { push, end } = stage();
      return {
        push(id) {
          const token = spoken.get(id);
          // An id between others that no token has says nothing.
          return token === undefined || (skipSpecialTokens && specials.has(token)) ? '' : push(token).join('');
        },
        end: () => end().join(''),
      };
    },
    tokenToId: (token) => addedIds.get(token) ?? vocabulary.get(token) ?? null,
    idToToken: (id) => names.get(id) ?? null,
  });
}
