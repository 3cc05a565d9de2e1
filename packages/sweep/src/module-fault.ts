// Errors out of modules of the user's own: theirs to correct, wherever they come up.
import { pathToFileURL } from 'node:url';
import { FileError } from '@twilljs/tensor';

/** Whole paths of all modules that this process has loaded. */
const loaded = new Set<string>();

export function remember(path: string): void {
  loaded.add(path);
}

/** An error in words, when the code of a loaded module raised it or called what did; null for any other. */
export function moduleFault(error: unknown): FileError | null {
  if (!(error instanceof Error)) return null;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  for (const frame of frames) {
    for (const path of loaded) {
      const line = lineIn(frame, path);
      if (line === null) continue;
      const [first] = error.message.split('\n');
      return new FileError(`${path}: line ${line}, ${error.name}: ${first}; correct the module.`, {
        cause: error,
        path,
      });
    }
  }
  return null;
}

function lineIn(frame: string, path: string): string | null {
  for (const place of [path, pathToFileURL(path).href]) {
    const rest = frame.split(place)[1];
    const line = rest === undefined ? null : /^(?:\?\w+)?:(\d+):\d+/.exec(rest);
    if (line) return line[1];
  }
  return null;
}
