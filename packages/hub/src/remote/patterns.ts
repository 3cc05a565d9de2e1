// Which files of a repository: patterns as in a .gitignore.
import { OptionError, shown } from '@twilljs/tensor';

/** What Twill reads of a model, and what people want to keep beside it: no weights in other formats, no folders of other programs. */
export const modelPatterns = [
  '/model*.safetensors',
  ...['/*.json', '/*.jinja', '/*.txt', '/*.model'],
  ...['/README.md', '/LICENSE*', '/.gitattributes'],
];

/**
 * Whether a path fits one of the patterns: `*` any letters within a name, `**` also over folders, `?` one letter. A pattern
 * without a slash is one for names, in any folder; one that begins with a slash is for the top.
 */
export function matcher(patterns: readonly string[]): (path: string) => boolean {
  if (!Array.isArray(patterns)) {
    throw new OptionError(`hub: files is ${shown(patterns)} where a list of patterns is needed; give ['*.json'].`);
  }
  const all = patterns.map(expressionOf);
  return (path) => all.some((one) => one.test(path));
}

function expressionOf(pattern: string): RegExp {
  if (typeof pattern !== 'string' || pattern.trim() === '') {
    throw new OptionError(`hub: ${shown(pattern)} is no pattern for names of files; give one such as *.json.`);
  }
  const folder = pattern.endsWith('/') ? `${pattern}**` : pattern;
  const anywhere = pattern.includes('/') ? '' : '**/';
  const body = (anywhere + folder.replace(/^\//, '')).replace(/\*\*\/|\*\*|\*|\?|[^*?]+/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    return part === '?' ? '[^/]' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${body}$`, 's');
}
