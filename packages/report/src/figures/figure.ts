// A figure of a report as a value: what it is called, and what it draws of a part. The report's own sections are a list of them.
import { OptionError, shown } from '@twilljs/tensor';
import type { Block, Section } from '../document.ts';
import type { Part } from '../part.ts';

/** All that is reported together. */
export interface Parts {
  readonly parts: readonly Part[];
}

/** A figure as a value: what it draws of a part of a report. */
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
    for (const block of 'blocks' in drawn ? drawn.blocks : [drawn]) checkBlock(figure.name, block);
    return 'blocks' in drawn ? [drawn] : [{ title: `${figure.title}: ${part.title.toLowerCase()}`, blocks: [drawn] }];
  });
}

type Rule = readonly [what: string, holds: (value: unknown) => boolean];

const isText = (value: unknown): boolean => typeof value === 'string';
const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isPicture = (value: { title?: unknown; description?: unknown; spec?: unknown } | null): boolean =>
  isText(value?.title) && isText(value?.description) && typeof value?.spec === 'object' && value.spec !== null;
const text: Rule = ['a text', isText];

/** What a block of each kind must have. */
const rules: { readonly [K in Block['kind']]: Readonly<Record<string, Rule>> } = {
  text: { text },
  code: { text },
  table: {
    caption: text,
    head: ['a list of texts', areTexts],
    rows: ['a list of lists of texts', (value) => Array.isArray(value) && value.every(areTexts)],
  },
  pictures: {
    caption: text,
    pictures: [
      'a list of { title, description, spec }, with a spec of Vega-Lite,',
      (value) => Array.isArray(value) && value.every(isPicture),
    ],
  },
};

/** What draws a figure may be a user's, whom no type has checked. */
function checkBlock(figure: string, block: Block): void {
  const kinds = Object.keys(rules);
  if (!kinds.includes(block?.kind)) {
    throw new OptionError(
      `figure ${figure}: it drew ${shown(block)}, which has no kind that is known; draw ${kinds.join(', ')}.`,
    );
  }
  for (const [field, [what, holds]] of Object.entries(rules[block.kind])) {
    const value = (block as unknown as Readonly<Record<string, unknown>>)[field];
    if (holds(value)) continue;
    throw new OptionError(
      `figure ${figure}: the ${field} of its ${block.kind} is ${shown(value)}, where ${what} is needed; correct what it draws.`,
    );
  }
}
