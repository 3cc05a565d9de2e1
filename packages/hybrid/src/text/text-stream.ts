// Text as it comes, and afterwards what it was.

/** Is read once: by `for await`, by `result()`, or by the one up to a `break` and then by the other. */
export class TextStream<Part, Result> implements AsyncIterable<Part> {
  private readonly parts: AsyncGenerator<Part, void, void>;
  private readonly found: () => Result;

  /** Use `generateText`. @param found what has come by now. */
  constructor(parts: AsyncGenerator<Part, void, void>, found: () => Result) {
    this.parts = parts;
    this.found = found;
  }

  [Symbol.asyncIterator](): AsyncGenerator<Part, void, void> {
    return this.parts;
  }

  /** What came, all of it: reads on to the end, unless `break` was before. */
  async result(): Promise<Result> {
    for await (const _ of this.parts);
    return this.found();
  }
}
