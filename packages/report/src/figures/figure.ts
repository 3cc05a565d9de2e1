// A figure of a report as a value: what it is called, and what it draws of a part. The report's own sections are a list of them.
import type { Block, Section } from '../document.ts';
import type { Part } from '../part.ts';

/** All that is reported together. */
export interface Parts {
  readonly parts: readonly Part[];
}

export interface Figure {
  readonly name: string;
  /** Head of its section, before the part's. */
  readonly title: string;
  /** A section of its own form, a block to stand in one under the title; null where it has nothing to say of the part. */
  draw(part: Part, all: Parts): Block | Section | null;
}

/** The sections of a figure, one for each part that it draws. */
export function sectionsOf(figure: Figure, all: Parts): Section[] {
  return all.parts.flatMap((part) => {
    const drawn = figure.draw(part, all);
    if (!drawn) return [];
    return 'blocks' in drawn ? [drawn] : [{ title: `${figure.title}: ${part.title.toLowerCase()}`, blocks: [drawn] }];
  });
}
