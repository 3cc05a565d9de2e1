// The figures beside which `twill probe` sets an architecture, from a probe of every mixer of this version:
//   pnpm twill probe --mixer hgrn hgrn2 retnet gla deltanet gated-deltanet attention --out runs/profile
//   pnpm profiles runs/profile
// Or one mixer after another: it takes several directories.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSweep, othersFrom } from '@twilljs/report/node';
import { known, profiles } from 'twilljs';
import { root } from './check/repository.ts';

const directories = process.argv.slice(2);
if (directories.length === 0) throw new Error('profiles: no probe is named; give the directory of one, or several.');
const sweeps = await Promise.all(directories.map((directory) => loadSweep(directory, known)));
const others = othersFrom(profiles.quick, sweeps, known);
const text = JSON.stringify(others, null, 2).replace(/\[[^\]]*\]/g, (list) => `[${JSON.parse(list).join(', ')}]`);
writeFileSync(join(root, 'packages/twilljs/src/profile-others.json'), `${text}\n`);
