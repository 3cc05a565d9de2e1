// The documentation as a site of static files: `pnpm docs:build` writes it to docs/.vitepress/dist, `pnpm docs:dev` serves it while it is written.
import { defineConfig } from 'vitepress';
import { checkSite } from './check.ts';
import { repositoryLinks } from './links.ts';
import { withPolicy } from './policy.ts';
import { sidebar } from './sidebar.ts';

/** Packages are read from their sources: the site needs no build of them. */
const conditions = ['@twilljs/source'];

/** As code hosts do it, so that links into a README hold there and here. */
function slugify(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

export default defineConfig({
  title: 'Twill',
  description: 'Hybrid linear-attention language models in TypeScript, in Node and in the browser.',
  lang: 'en',
  srcExclude: ['decisions/**'],
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/twill.svg' }]],
  metaChunk: true,
  markdown: { config: repositoryLinks, anchor: { slugify } },
  transformHtml: withPolicy,
  buildEnd: ({ outDir }) => console.log(checkSite(outDir)),
  themeConfig: {
    logo: '/twill.svg',
    nav: [
      { text: 'Guide', link: '/guide/', activeMatch: '^/guide/' },
      { text: 'Live', link: '/live/', activeMatch: '^/live/' },
      { text: 'Course', link: '/course/', activeMatch: '^/course/' },
      { text: 'API', link: '/api/', activeMatch: '^/api/' },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
  },
  vite: {
    resolve: { conditions },
    ssr: { noExternal: [/^@?twilljs/], resolve: { conditions } },
    worker: { format: 'es' },
    build: { target: 'es2022', chunkSizeWarningLimit: 2000 }, // the index of the search, which is loaded by the first one
  },
});
