// Text into ids: added tokens first, then normal form, words and the model.
import { shown } from '@twilljs/tensor';
import { type AddedToken, splitter } from './added.ts';
import { cutterOf } from './bpe.ts';
import { byteText } from './byte-level.ts';
import type { TokenizerFile } from './file.ts';
import { models, remembering } from './models.ts';
import { type Normalizer, replacedIn } from './normalizers.ts';
import { preTokenizerOf } from './pre-tokenizers.ts';

/** Ids that become more. */
export class Ids {
  private numbers = new Int32Array(16);
  private length = 0;

  push(id: number): void {
    if (this.length === this.numbers.length) {
      const more = new Int32Array(2 * this.length);
      more.set(this.numbers);
      this.numbers = more;
    }
    this.numbers[this.length++] = id;
  }

  /** A copy of them. */
  all(): Int32Array {
    return this.numbers.slice(0, this.length);
  }
}

/** Added tokens are looked for in the text, then in its normal form; what lies between them goes through the model. */
export function encoderOf(file: TokenizerFile, normalize: Normalizer): (text: string, ids: Ids) => void {
  const { words, inBytes } = preTokenizerOf(file.preTokenizer);
  const model = remembering(models[file.kind](file.model, file.vocabulary), inBytes ? byteText : (word) => word);
  const cut = file.kind === 'BPE' && !inBytes ? cutterOf(file.model, file.vocabulary) : null;
  const replaced = replacedIn(file.normalizer);
  const asTheyAre = splitter(file.added.filter(({ normalized }) => !normalized));
  const normalized = file.added.filter((token) => token.normalized);
  const inNormalForm = splitter(normalized.map((token) => ({ ...token, content: formOf(token, normalize, file) })));
  return (text, ids) => {
    const give = (word: string) => {
      const list = model(word);
      for (let i = 0; i < list.length; i++) ids.push(list[i]);
    };
    const take = cut ? (word: string) => cut(word).forEach(give) : give;
    asTheyAre(text, ids, (part, at) => {
      const isFirst = at === 0 && keepsStart(part, normalize, replaced);
      inNormalForm(normalize(part), ids, (piece, inside) => words(piece, isFirst && inside === 0, take));
    });
  };
}

/**
 * Whether the normal form begins with the first character of a text: where that is left out, or goes with the next ones into something
 * else, what stands there is not the first.
 */
function keepsStart(text: string, normalize: Normalizer, replaced: readonly RegExp[]): boolean {
  const [first] = text;
  const begin = text.slice(0, 64);
  for (const pattern of replaced) {
    pattern.lastIndex = 0;
    const match = pattern.exec(begin);
    if (match?.index === 0 && Array.from(match[0]).length > 1) return false;
  }
  return normalize(`${first}x`) !== normalize('x');
}

function formOf({ content }: AddedToken, normalize: Normalizer, { model }: TokenizerFile): string {
  const form = normalize(content);
  if (form !== '' || content === '') return form;
  throw model.refused(`cannot have the added token ${shown(content)}, which is nothing in its normal form; remove it.`);
}
