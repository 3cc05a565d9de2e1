// A process that fetches a repository, for tests of what happens when it is not alone, or killed.
import { resolveRepository } from './resolve.ts';

const { directory } = await resolveRepository(process.argv[2]);
console.log(directory);
