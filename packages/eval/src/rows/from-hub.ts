// Data sets of the Hugging Face Hub: from its mirror in Parquet, which has every one in the same layout, else from the files of the authors.
import { join } from 'node:path';
import { HubError, listRepository, type resolveRepository } from '@twilljs/hub/node';
import { type Found, splitFiles, type Wanted } from './split-files.ts';

/** The branch that the Hub makes of a data set. */
const MIRROR = 'refs/convert/parquet';

/** The branch that the authors write. */
const AUTHORS = 'main';

export type Fetch = typeof resolveRepository;

/** @throws FileError as `splitFiles`; HubError where neither branch can be had. */
export async function filesOnHub(wanted: Wanted, fetch: Fetch): Promise<Found | null> {
  const { id } = wanted.dataset;
  let refused: HubError | null = null;
  for (const revision of [MIRROR, AUTHORS]) {
    try {
      const { files } = await listRepository(id, { kind: 'dataset', revision });
      const paths = files.map(({ path }) => path);
      const found = splitFiles(revision === MIRROR ? paths.filter(isWhole) : paths, wanted, `${id}@${revision}`);
      if (!found) continue;
      const chosen = found.paths.map((path) => `/${path}`);
      const { directory } = await fetch(id, { kind: 'dataset', revision, files: chosen });
      return { ...found, paths: found.paths.map((path) => join(directory, path)) };
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      refused = error;
    }
  }
  if (refused) throw refused;
  return null;
}

/** Of a data set that is large, the mirror has the first part: `partial-train`. */
const isWhole = (path: string): boolean => !/(^|\/)partial-/.test(path);
