// `pnpm check`, the part of it that no other tool does: the shape of the repository itself.
import { lines } from './check/lines.ts';
import { manifests } from './check/manifests.ts';
import { names } from './check/names.ts';
import { newcomers } from './check/newcomers.ts';
import { packed } from './check/packed.ts';
import { ranks } from './check/ranks.ts';
import { type Check, readRepository, root } from './check/repository.ts';
import { siblings } from './check/siblings.ts';
import { supply } from './check/supply.ts';
import { undeclared } from './check/undeclared.ts';
import { unused } from './check/unused.ts';

const checks: Record<string, Check> = {
  ranks,
  siblings,
  manifests,
  undeclared,
  unused,
  packed,
  supply,
  names,
  newcomers,
  lines,
};

const repository = readRepository(root);

let problems = 0;
for (const [name, check] of Object.entries(checks)) {
  const found = check(repository);
  problems += found.length;
  for (const problem of found) console.error(`${name}  ${problem}`);
}
const files = repository.packages.reduce((n, pack) => n + pack.files.length, 0);
console.log(`check: ${repository.packages.length} packages, ${files} files, ${problems} problems`);
if (problems > 0) process.exitCode = 1;
