// The documentation as a site of static files: `pnpm docs:build` writes it to docs/.vitepress/dist, `pnpm docs:dev` serves it while it is written.
import { defineConfig } from 'vitepress';
import { repositoryLinks } from './links.ts';
import { withPolicy } from './policy.ts';
import { sidebar } from './sidebar.ts';

/** Packages are read from their sources: the site needs no build of them. */
const conditions = ['@twilljs/source'];

export default defineConfig({
  title: 'Twill',
  description: 'Hybrid linear-attention language models in TypeScript, in Node and in the browser.',
  lang: 'en',
  srcExclude: ['decisions/**'],
  metaChunk: true,
  markdown: { config: repositoryLinks },
  transformHtml: withPolicy,
  themeConfig: {
    nav: [
      { text: 'Guide', link: '/guide/', activeMatch: '^/guide/' },
      { text: 'Live', link: '/live/', activeMatch: '^/live/' },
      { text: 'Course', link: '/course/', activeMatch: '^/course/' },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
  },
  vite: {
    resolve: { conditions },
    ssr: { noExternal: [/^@?twilljs/], resolve: { conditions } },
    worker: { format: 'es' },
    build: { target: 'es2022' },
  },
});
