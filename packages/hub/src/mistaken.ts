// What stands in the place of a file that was fetched or named wrongly: told by its first bytes, with the next step.
import { shown } from '@twilljs/tensor';

interface Kind {
  /** The first bytes, as Latin-1; text is compared without regard to case, after white space. */
  readonly starts: readonly string[];
  readonly is: string;
  readonly next: string;
}

const unpack = 'unpack it, and name what is inside';
const convert = 'convert its weights with the safetensors library of Python, or fetch the safetensors file';
const fetchAgain = 'fetch the file itself, with an access token where the model asks for one';

const kinds: readonly Kind[] = [
  { starts: ['version https://git-lfs'], is: 'a Git LFS pointer', next: 'run git lfs pull, or download the file' },
  { starts: ['<!doctype', '<html', '<head', '<body'], is: 'a web page (HTML)', next: fetchAgain },
  { starts: ['<?xml', '<error'], is: 'an XML text', next: fetchAgain },
  { starts: ['PK\x03\x04', 'PK\x05\x06'], is: 'a zip archive (as of PyTorch)', next: convert },
  {
    starts: ['\x80\x02', '\x80\x03', '\x80\x04', '\x80\x05'],
    is: 'a pickle of Python (as of PyTorch)',
    next: convert,
  },
  { starts: ['\x1f\x8b', 'BZh', '\xfd7zXZ', '\x28\xb5\x2f\xfd', '7z\xbc\xaf'], is: 'compressed', next: unpack },
  { starts: ['GGUF', 'GGML'], is: 'a GGUF file', next: 'fetch the safetensors file of the model' },
  { starts: ['\x89HDF'], is: 'an HDF5 file', next: convert },
  { starts: ['\x93NUMPY'], is: 'a NumPy array', next: convert },
];

/** Bytes that tell. */
export const TELLING_BYTES = 256;

/**
 * What a file is instead of what was expected, and what to do: `is a Git LFS pointer of 133 bytes, not the weights; ...`; null
 * where its beginning tells nothing.
 *
 * @param start at least `TELLING_BYTES` of the file, or all of it.
 * @param size bytes of the whole file.
 * @param wanted what was expected: `the weights`.
 */
export function mistakenFor(start: Uint8Array, size: number, wanted: string): string | null {
  const latin = String.fromCharCode(...start.subarray(0, TELLING_BYTES));
  const text = latin.replace(/^(\xef\xbb\xbf)?\s*/, '').toLowerCase();
  const of = `of ${size} bytes, not ${wanted}`;
  const kind = kinds.find(({ starts }) => starts.some((s) => latin.startsWith(s) || text.startsWith(s.toLowerCase())));
  if (kind) return `is ${kind.is} ${of}; ${kind.next}.`;
  if (!/^[\t\n\r\x20-\x7e]*[!-~][\t\n\r\x20-\x7e]*$/.test(latin)) return null;
  return `is a ${/^[{[]/.test(text) ? 'JSON ' : ''}text ${of}, and begins ${shown(latin.trim())}; ${fetchAgain}.`;
}
