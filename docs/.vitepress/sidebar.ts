// What stands beside a page: the pages of its part, in the order in which they are read.
import type { DefaultTheme } from 'vitepress';

export const sidebar: DefaultTheme.SidebarMulti = {
  '/guide/': [{ text: 'Guide', items: [{ text: 'Install one mixer', link: '/guide/' }] }],
  '/live/': [{ text: 'Live', items: [{ text: 'Recall, alone and woven', link: '/live/recall' }] }],
  '/course/': [],
};
