// Pictures of a report as files of their own, in light and dark: for a talk, or a page of Markdown.
import { join } from 'node:path';
import { writeAtomic } from '@twilljs/hub/node';
import type { Block, Key, Report } from './document.ts';
import { variables } from './page-style.ts';
import { draw } from './render.ts';
import { drawingOf, sheet } from './sheet.ts';
import { escaped } from './text/escape.ts';

type Pictures = Extract<Block, { kind: 'pictures' }>;

/** Writes those that have a name, each as `<name>.svg`. @returns the paths. */
export async function writePictures(directory: string, { sections }: Report): Promise<string[]> {
  const paths: string[] = [];
  for (const block of sections.flatMap(({ blocks }) => blocks)) {
    if (block.kind !== 'pictures' || block.name === undefined) continue;
    const path = join(directory, `${block.name}.svg`);
    writeAtomic(path, await sheetOf(block));
    paths.push(path);
  }
  return paths;
}

async function sheetOf({ pictures, caption, keys }: Pictures): Promise<string> {
  const drawings = [];
  for (const [i, picture] of pictures.entries()) {
    drawings.push(drawingOf(escaped(picture.title), keysOf(picture.keys), await draw(picture, `p${i}`)));
  }
  return sheet(escaped(caption), variables(), drawings, keysOf(keys));
}

const keysOf = (keys: readonly Key[] = []) => keys.map(({ color, label }) => [color, escaped(label)] as const);
