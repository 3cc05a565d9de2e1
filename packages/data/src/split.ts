// Which documents, or which parts of them, are trained on and which are kept: told by their lengths alone.
import { knownOnly, OptionError, whole } from '@twilljs/tensor';

/** Which part of a text is held out. */
export interface SplitOptions {
  /** One part in so many is for evaluation. Default 10. */
  every?: number;
  /**
   * Take the last part of every document instead of whole documents.
   * Default: where fewer than `every` documents hold text, or whole ones would leave one side without any.
   */
  within?: boolean;
}

/** Documents by their lengths. */
export interface Lengths {
  readonly count: number;
  each(): Iterable<number>;
  /** Of each, where its last part begins; 0 where it cannot be cut. */
  cuts(every: number): Iterable<number>;
  /** `one.txt has 1 byte`, `3 documents have 4 bytes in all`. */
  describe(): string;
}

/** Documents of one side, or parts of them, in their order. */
export class Parts {
  readonly documents: Uint32Array;
  readonly lengths: Float64Array;
  count = 0;
  /** How many hold anything. */
  texts = 0;
  private readonly room: number;

  constructor(room: number) {
    this.room = room;
    this.documents = new Uint32Array(room);
    this.lengths = new Float64Array(room);
  }

  push(document: number, length: number): void {
    if (this.count === this.room) throw new RangeError('more parts than documents');
    this.documents[this.count] = document;
    this.lengths[this.count++] = length;
    if (length > 0) this.texts++;
  }
}

export interface SplitParts {
  readonly train: Parts;
  readonly evaluation: Parts;
  /** Whether documents were cut: parts for training are their beginnings, those for evaluation what remains. */
  readonly within: boolean;
}

/**
 * Splits a text. Many documents stay whole: of every `every` the last is for evaluation (index i with i % every = every - 1). Few are
 * cut: the last 1 / `every` of each is for evaluation. What cannot be cut is trained on; what is empty is then on no side.
 *
 * @throws OptionError when either side would be empty.
 */
export function splitLengths(documents: Lengths, options: SplitOptions): SplitParts {
  knownOnly('splitDocuments', options, ['every', 'within']);
  const { every = 10, within } = options;
  whole('splitDocuments: every', every, 2);
  const hasSides = ({ train, evaluation }: SplitParts) => train.texts > 0 && evaluation.texts > 0;
  const entire = within === true ? null : wholeParts(documents, every);
  if (entire) {
    const isFew = entire.train.texts + entire.evaluation.texts < every || !hasSides(entire);
    if (within === false ? hasSides(entire) : !isFew) return entire;
  }
  const cut = cutParts(documents, every);
  if (hasSides(cut) && within !== false) return cut;
  if (hasSides(cut) && entire) {
    const side = entire.evaluation.texts > 0 ? 'for training' : 'for evaluation';
    const what = `whole documents, of every ${every} the last for evaluation, leave no text ${side}`;
    throw new OptionError(`splitDocuments: ${what}; let them be cut (within).`);
  }
  throw new OptionError(`splitDocuments: ${documents.describe()}, too few to split; give a longer text.`);
}

function wholeParts({ count, each }: Lengths, every: number): SplitParts {
  const evaluation = new Parts(Math.floor(count / every));
  const train = new Parts(count - Math.floor(count / every));
  let i = 0;
  for (const length of each()) {
    (i % every === every - 1 ? evaluation : train).push(i, length);
    i++;
  }
  return { train, evaluation, within: false };
}

function cutParts(documents: Lengths, every: number): SplitParts {
  const [train, evaluation] = [new Parts(documents.count), new Parts(documents.count)];
  const cuts = documents.cuts(every)[Symbol.iterator]();
  let i = 0;
  for (const length of documents.each()) {
    const cut: number = cuts.next().value ?? 0;
    if (length > 0) train.push(i, cut === 0 ? length : cut);
    if (cut > 0) evaluation.push(i, length - cut);
    i++;
  }
  return { train, evaluation, within: true };
}

/** How text is kept from training: whole documents, the last of every ten; or the last tenth within each document. */
export const splits = ['documents', 'within'] as const;
/** How a text is split: whole documents are held out, or the last part of each. */
export type SplitName = (typeof splits)[number];

/**
 * Of whole documents at least one is kept, however few there are; a single one can only be cut. Among few an empty one is none:
 * it would be all that is kept. Among many it counts, as it always did, so that runs go on with what they began with.
 */
export function splitNamed(documents: Lengths, name: SplitName | undefined): SplitParts {
  if (name !== 'documents') return splitLengths(documents, name === undefined ? {} : { within: true });
  if (documents.count >= 10) return splitLengths(documents, { within: false });
  const texts = [...documents.each()].flatMap((length, i) => (length > 0 ? [i] : []));
  if (texts.length <= 1) return splitLengths(documents, { within: true });
  const pick = (values: Iterable<number>) => [...values].filter((_, i) => texts.includes(i));
  const { train, evaluation, within } = splitLengths(
    {
      ...documents,
      count: texts.length,
      each: () => pick(documents.each()),
      cuts: (every) => pick(documents.cuts(every)),
    },
    { every: texts.length, within: false },
  );
  for (const { documents: numbers } of [train, evaluation]) {
    for (let i = 0; i < numbers.length; i++) numbers[i] = texts[numbers[i]];
  }
  return { train, evaluation, within };
}
