// What stands beside a page: the pages of its part, in the order in which they are read.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DefaultTheme } from 'vitepress';
import { packagesOf } from './api/packages.ts';
import { root } from './links.ts';

/** Pages by their files, with the first heading of each as its name. */
function pages(folder: string, files: readonly string[]): DefaultTheme.SidebarItem[] {
  return files.map((file) => ({
    text: /^# (.*)$/m.exec(readFileSync(join(root, 'docs', folder, `${file}.md`), 'utf8'))?.[1] ?? file,
    link: join('/', folder, file === 'index' ? '' : file, file === 'index' ? '/' : ''),
  }));
}

/** The numbered pages of the course. */
const lessons = readdirSync(join(root, 'docs/course'))
  .filter((file) => /^\d/.test(file))
  .map((file) => file.slice(0, -'.md'.length))
  .sort();

const first = ['index', 'first-hybrid', 'your-own-text', 'resume-and-sweeps', 'many-machines', 'flame'];
const live = ['recall', 'text', 'states', 'study', 'memory'];
const models = ['load-a-checkpoint', 'fine-tune', 'evaluate', 'in-a-page'];
const own = ['write-a-mixer', 'write-a-kernel'];
const behind = ['how-it-is-fast', 'how-it-is-tested', 'from-pytorch', 'from-the-paper'];

export const sidebar: DefaultTheme.SidebarMulti = {
  '/guide/': [
    { text: 'First steps', items: pages('guide', first) },
    { text: 'With models', items: pages('guide', models) },
    { text: 'Your own', items: pages('guide', own) },
    { text: 'Behind it', items: [...pages('guide', behind), { text: 'Speed, measured', link: '/speed' }] },
  ],
  '/live/': [{ text: 'Live', items: [{ text: 'All of them', link: '/live/' }, ...pages('live', live)] }],
  '/course/': [{ text: 'Course', items: [{ text: 'Contents', link: '/course/' }, ...pages('course', lessons)] }],
  '/api/': [
    { text: 'All packages', link: '/api/' },
    ...packagesOf(root).map(({ folder, name, entries }) => ({
      text: name,
      link: `/api/${folder}/`,
      collapsed: true,
      items: entries.map((entry) => ({
        text: entry.page === 'reference' ? 'Names' : entry.name,
        link: `/api/${folder}/${entry.page}`,
      })),
    })),
  ],
};
