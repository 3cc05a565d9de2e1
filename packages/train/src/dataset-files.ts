// Data sets of the Hub as files.
import { join } from 'node:path';
import { type DatasetName, filesOfSplit } from '@twilljs/data/node';
import { listRepository, resolveRepository } from '@twilljs/hub/node';

/**
 * The files of a split of a data set, fetched where they are not in the cache.
 *
 * @param resolve how: a program may show what is fetched.
 * @returns paths; none where the data set has no such split.
 * @throws HubError as `resolveRepository`.
 */
export async function datasetFiles(
  name: DatasetName,
  resolve: typeof resolveRepository = resolveRepository,
): Promise<string[]> {
  const { id, revision } = name;
  const which = { kind: 'dataset', ...(revision !== null && { revision }) } as const;
  const { files } = await listRepository(id, which);
  const chosen = filesOfSplit(
    files.map(({ path }) => path),
    name,
  );
  if (chosen.length === 0) return [];
  const { directory } = await resolve(id, { ...which, files: chosen.map((path) => `/${path}`) });
  return chosen.map((path) => join(directory, path));
}
