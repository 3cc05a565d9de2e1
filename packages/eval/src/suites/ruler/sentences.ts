// Where sentences end: a splitter of our own, for places in an essay. RULER's is NLTK's Punkt, whose model is a file of its own.

/** What a full stop stands after without ending a sentence. */
const SHORT =
  /(?:^|[\s("'\u201c\u2018])(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|etc|al|cf|No|Fig|Eq|Inc|Ltd|Co|approx|e\.g|i\.e|[A-Z])\.$/;

/**
 * The sentences of a text whose words are joined by single spaces; joined by spaces they are the text again. One ends after `.`, `!` or `?`
 * and the quotes and brackets that close behind it, where what follows begins with no small letter, and not after an abbreviation.
 */
export function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  let begin = 0;
  for (const { index, 0: mark } of text.matchAll(/[.!?]+["')\]\u201d\u2019]* (?=[^\p{Ll}])/gu)) {
    const end = index + mark.length - 1;
    if (mark === '. ' && SHORT.test(text.slice(begin, end))) continue;
    sentences.push(text.slice(begin, end));
    begin = end + 1;
  }
  return begin < text.length ? [...sentences, text.slice(begin)] : sentences;
}
