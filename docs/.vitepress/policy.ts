// The Content-Security-Policy of every page: all of it from the site's own files; what is inline is named by its hash.
import { createHash } from 'node:crypto';

/** The style sheet by which the switch of light and dark holds transitions back, as the library that VitePress stands on writes it. */
const held = [
  '*,*::before,*::after{',
  ...['-webkit-', '-moz-', '-o-', '-ms-', ''].map((prefix) => `${prefix}transition:none!important`).join(';'),
  '}',
].join('');

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * Compiling kernels in a page needs `wasm-unsafe-eval`; the colours of programs are style attributes. Firefox asks `default-src` for
 * what is fetched before it is wanted: the pages that a reader may go to next.
 */
const sources = (hashes: readonly string[]): Record<string, string> => ({
  'default-src': "'self'",
  'object-src': "'none'",
  'script-src': ["'self'", "'wasm-unsafe-eval'", ...hashes].join(' '),
  'style-src': `'self' ${hashOf(held)}`,
  'style-src-attr': "'unsafe-inline'",
  'img-src': "'self' data:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'worker-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
});

/** A page with its policy in it, where it is before anything that it is about. */
export function withPolicy(html: string): string {
  const inline = [...html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(([, code]) => code);
  const policy = Object.entries(sources([...new Set(inline.map(hashOf))])).map(([name, value]) => `${name} ${value}`);
  return html.replace(
    '<head>',
    `<head>\n    <meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}">`,
  );
}
