// What the ids of a model mean: whoever reads or writes text with one asks here.
import { OptionError } from '@twilljs/tensor';
import { checkModel } from './check-model.ts';
import type { LanguageModel } from './model.ts';

/** Values of a byte. */
const BYTES = 256;

/**
 * Whether ids 0..255 of a model are bytes of UTF-8 text: its configuration says `vocabulary: 'bytes'`, or it has 256 ids.
 * A larger vocabulary says nothing by its size: its ids may be a tokenizer's.
 */
export function idsAreBytes(model: LanguageModel): boolean {
  checkModel('idsAreBytes', model);
  const { config } = model;
  const { vocab_size } = config.model;
  return vocab_size === BYTES || (vocab_size > BYTES && config.json.vocabulary === 'bytes');
}

/** How many ids of a model, from 0, mean something: of a model of bytes its bytes, whatever more its vocabulary has room for. */
export function meaningfulIds(model: LanguageModel): number {
  return idsAreBytes(model) ? BYTES : model.config.model.vocab_size;
}

/**
 * Refuses a model whose ids are not those of a tokenizer: that of bytes asks for a model of bytes, any other for as many ids as it has.
 * A model may have more, which no text has.
 *
 * @param where what reads the text, for the message: a directory, a function.
 * @throws OptionError naming both vocabularies.
 */
export function requireIds(
  where: string,
  model: LanguageModel,
  tokenizer: { readonly kind: string; readonly vocabSize: number },
): void {
  checkModel(where, model);
  if (tokenizer.kind === 'bytes') {
    requireBytes(where, model);
    return;
  }
  const { vocab_size } = model.config.model;
  if (vocab_size >= tokenizer.vocabSize) return;
  throw new OptionError(
    `${where}: vocab_size is ${vocab_size} but the tokenizer has ${tokenizer.vocabSize} ids; give the tokenizer of this model.`,
  );
}

/**
 * Refuses a model whose ids are not known to be bytes.
 *
 * @param where what reads the text, for the message: a directory, a function.
 * @throws OptionError naming its vocabulary.
 */
export function requireBytes(where: string, model: LanguageModel): void {
  checkModel(where, model);
  if (idsAreBytes(model)) return;
  const { vocab_size } = model.config.model;
  const next = vocab_size > BYTES ? ", or write vocabulary: 'bytes' into the configuration of one" : '';
  throw new OptionError(
    `${where}: vocab_size is ${vocab_size} but text needs the 256 bytes; choose a model of bytes${next}.`,
  );
}
