// `docs:api`: the reference, below docs/api: of every package its READMEs, and a page of docstrings for each of its entries.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../links.ts';
import { readDocstrings } from './docstrings.ts';
import { packagesOf } from './packages.ts';
import { pageOf } from './pages.ts';

const to = join(root, 'docs/api');
const packages = packagesOf(root);
const pages = [...(await readDocstrings(root, packages))]
  .filter(([path]) => path.includes('/'))
  .map(([path, text]) => pageOf(path, text, packages));

rmSync(to, { recursive: true, force: true });
for (const { path, text } of pages) write(path, text);
for (const { folder } of packages) {
  write(`${folder}/index`, readFileSync(join(root, 'packages', folder, 'README.md'), 'utf8'));
  for (const op of foldersBelow(join(root, 'packages', folder, 'src'))) {
    const readme = join(root, 'packages', folder, 'src', op, 'README.md');
    if (existsSync(readme)) write(`${folder}/${op}`, readFileSync(readme, 'utf8'));
  }
}
write('index', contents());

function write(path: string, text: string): void {
  const file = join(to, `${path}.md`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function foldersBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []));
}

function contents(): string {
  const rows = packages.map(({ folder, name, description, entries }) => {
    const links = entries.map((entry) => `[${entry.name.slice(name.length) || 'names'}](/api/${folder}/${entry.page})`);
    return `| [${name}](/api/${folder}/) | ${description} | ${links.join(' ')} |`;
  });
  return `# Packages

Each installs alone, with what it stands on. A package's own page says what it is for, with programs; its names have their docstrings
on a page for each entry: shapes in the letters of the field (B batch, T time, H heads, K and V sizes of keys and values, D width), units, and what is thrown.

| package | | names by entry |
|---|---|---|
${rows.join('\n')}
`;
}
