// Questions on documents, read from the files of SQuAD 2.0 and HotpotQA.
import { FileError, shown } from '@twilljs/tensor';

/** A question, with the documents that answer it by their places. */
export interface Question {
  readonly query: string;
  readonly outputs: readonly string[];
  /** Documents that the answer needs. */
  readonly gold: readonly number[];
  /** Other documents on the same subject, taken before those on any. */
  readonly near: readonly number[];
}

/** Questions with the documents in which their answers stand. */
export interface Questions {
  /** In the order of their characters, each once. */
  readonly documents: readonly string[];
  readonly questions: readonly Question[];
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The questions of SQuAD 2.0 that have an answer: `dev-v2.0.json`.
 *
 * @param where name of the file, for messages.
 * @throws FileError for JSON of another form, naming the place in it.
 * @see Rajpurkar et al. 2018, https://arxiv.org/abs/1806.03822.
 */
export function squadQuestions(json: unknown, where: string): Questions {
  const articles = list(field(json, 'data', where), `${where}: data`).map((article, i) => {
    const at = `${where}: data[${i}].paragraphs`;
    return list(field(article, 'paragraphs', `${where}: data[${i}]`), at).map((paragraph, j) => ({
      at: `${at}[${j}]`,
      paragraph,
      context: text(field(paragraph, 'context', `${at}[${j}]`), `${at}[${j}].context`),
    }));
  });
  const { documents, place } = sorted(articles.flat().map(({ context }) => context));
  const questions = articles.flatMap((paragraphs) =>
    paragraphs.flatMap(({ at, paragraph, context }) =>
      list(field(paragraph, 'qas', at), `${at}.qas`).flatMap((qa, k): Question[] => {
        const here = `${at}.qas[${k}]`;
        if (field(qa, 'is_impossible', here) === true) return [];
        const answers = list(field(qa, 'answers', here), `${here}.answers`);
        if (answers.length === 0) {
          throw new FileError(
            `${here}: it has no answer, and is_impossible is not true; give the file as it is published.`,
          );
        }
        const gold = place(context);
        return [
          {
            query: text(field(qa, 'question', here), `${here}.question`),
            outputs: answers.map((one) => text(field(one, 'text', `${here}.answers`), `${here}.answers.text`)),
            gold: [gold],
            near: paragraphs.map((other) => place(other.context)).filter((other) => other !== gold),
          },
        ];
      }),
    ),
  );
  return answered({ documents, questions }, where);
}

/**
 * The questions of HotpotQA with ten paragraphs each: `hotpot_dev_distractor_v1.json`. All of its paragraphs count as needed, as in RULER.
 *
 * @param where name of the file, for messages.
 * @throws FileError for JSON of another form, naming the place in it.
 * @see Yang et al. 2018, https://arxiv.org/abs/1809.09600.
 */
export function hotpotQuestions(json: unknown, where: string): Questions {
  const rows = list(json, where).map((row, i) => {
    const at = `${where}: [${i}]`;
    const paragraphs = list(field(row, 'context', at), `${at}.context`).map((one, j) => {
      const [title, sentences] = list(one, `${at}.context[${j}]`);
      const here = `${at}.context[${j}]`;
      return `${text(title, `${here}[0]`)}\n${list(sentences, `${here}[1]`)
        .map((s) => text(s, `${here}[1]`))
        .join('')}`;
    });
    const query = text(field(row, 'question', at), `${at}.question`);
    return { query, outputs: [text(field(row, 'answer', at), `${at}.answer`)], paragraphs };
  });
  const { documents, place } = sorted(rows.flatMap(({ paragraphs }) => paragraphs));
  const questions = rows.map(({ query, outputs, paragraphs }) => ({
    ...{ query, outputs, near: [] },
    gold: paragraphs.map(place),
  }));
  return answered({ documents, questions }, where);
}

function answered(all: Questions, where: string): Questions {
  if (all.questions.length > 0) return all;
  throw new FileError(`${where}: no question in it has an answer; give a file of questions.`);
}

/** As Python sorts texts: by code points. */
function sorted(texts: readonly string[]): { documents: string[]; place(text: string): number } {
  const documents = [...new Set(texts)].sort(byCodePoints);
  const places = new Map(documents.map((document, i) => [document, i]));
  return { documents, place: (text) => places.get(text)! };
}

/** Units of a surrogate pair come before U+E000 to U+FFFF, and the code points that they stand for after. */
function byCodePoints(a: string, b: string): number {
  const lift = (unit: number) => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (a[i] !== b[i]) return lift(a.charCodeAt(i)) - lift(b.charCodeAt(i));
  }
  return a.length - b.length;
}

function field(value: unknown, name: string, where: string): unknown {
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, name)) return (value as Json)[name];
  throw new FileError(`${where}: ${shown(value)} has no ${name}; give the file as it is published.`);
}

function list(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new FileError(`${where} is ${shown(value)} where a list is needed; give the file as it is published.`);
}

function text(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  throw new FileError(`${where} is ${shown(value)} where a text is needed; give the file as it is published.`);
}
