// What stands beside a page: the pages of its part, in the order in which they are read.
import type { DefaultTheme } from 'vitepress';
import { packagesOf } from './api/packages.ts';
import { root } from './links.ts';

export const sidebar: DefaultTheme.SidebarMulti = {
  '/guide/': [{ text: 'Guide', items: [{ text: 'Install one mixer', link: '/guide/' }] }],
  '/live/': [
    {
      text: 'Live',
      items: [
        { text: 'Recall, alone and woven', link: '/live/recall' },
        { text: 'Your own text', link: '/live/text' },
        { text: 'Memory, while the context grows', link: '/live/memory' },
      ],
    },
  ],
  '/course/': [],
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
