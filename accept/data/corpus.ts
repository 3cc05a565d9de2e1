// Large corpora: the paragraphs of Moby-Dick, again and again, each time in another order.
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { readDocuments } from '@twilljs/data/node';
import { rng } from '@twilljs/tensor';
import { mobyDick } from 'twilljs/node';

const PARAGRAPHS_OF_DOCUMENT = 12;

/**
 * Writes lines of JSON, a document of twelve paragraphs each, in files of a quarter of a GiB at most.
 *
 * @returns how many documents there are.
 */
export async function writeCorpus(directory: string, bytes: number, seed: number): Promise<number> {
  mkdirSync(directory, { recursive: true });
  const chapters = await readDocuments(mobyDick().files);
  const paragraphs = chapters.flatMap((chapter) => new TextDecoder().decode(chapter.bytes).split(/\n\s*\n/));
  const random = rng(seed).fork('corpus');
  let [written, documents, file, inFile] = [0, 0, -1, 2 ** 28];
  let fd = -1;
  for (let round = 0; written < bytes; round++) {
    const order = random.fork(round).permutation(paragraphs.length);
    for (let at = 0; at < order.length && written < bytes; at += PARAGRAPHS_OF_DOCUMENT) {
      const chosen = [...order.subarray(at, at + PARAGRAPHS_OF_DOCUMENT)].map((i) => paragraphs[i]);
      const line = `${JSON.stringify({ id: documents++, text: chosen.join('\n\n') })}\n`;
      if (inFile >= 2 ** 28) {
        if (fd !== -1) closeSync(fd);
        fd = openSync(join(directory, `part-${++file}.jsonl`), 'w');
        inFile = 0;
      }
      const count = writeSync(fd, line);
      written += count;
      inFile += count;
    }
  }
  closeSync(fd);
  return documents;
}
