// Where the Hub is, where its files are kept, and who asks: the variables that Hugging Face's own programs read.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { OptionError, shown } from '@twilljs/tensor';
import { readText } from '../files.ts';

/** Options that say the same as variables, and win. */
export interface PlaceOptions {
  /** Default: `HF_HUB_CACHE`, else `$HF_HOME/hub`, else `~/.cache/huggingface/hub`. */
  readonly cacheDir?: string;
  /** Default: `HF_TOKEN`, else the file at `HF_TOKEN_PATH`, else `$HF_HOME/token`. It is sent to the Hub and to no other host. */
  readonly token?: string;
  /** Whether the network is left alone. Default: whether `HF_HUB_OFFLINE` is 1. */
  readonly offline?: boolean;
}

export interface Settings {
  /** `https://huggingface.co` or `HF_ENDPOINT`, without a slash at its end. */
  readonly endpoint: string;
  readonly cacheDir: string;
  readonly token: { readonly text: string; readonly from: string } | null;
  readonly offline: boolean;
  /** How long a server may be silent. */
  readonly silenceMs: number;
  /** Files of a snapshot are links to blobs; else copies. */
  readonly links: boolean;
}

/** @throws OptionError for an address, a token or a number that cannot be. */
export function settingsOf({ cacheDir, token, offline }: PlaceOptions): Settings {
  const { env } = process;
  const home = env.HF_HOME || join(env.XDG_CACHE_HOME || '~/.cache', 'huggingface');
  return {
    endpoint: endpointOf(env.HF_ENDPOINT || 'https://huggingface.co'),
    cacheDir: resolve(expanded(cacheDir ?? (env.HF_HUB_CACHE || join(home, 'hub')))),
    token: tokenOf(token, home),
    offline: offline ?? isOn(env.HF_HUB_OFFLINE),
    silenceMs: secondsOf('HF_HUB_DOWNLOAD_TIMEOUT', env.HF_HUB_DOWNLOAD_TIMEOUT || '10') * 1000,
    links: !isOn(env.HF_HUB_DISABLE_SYMLINKS),
  };
}

function endpointOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.search && !url.hash) {
    return text.replace(/\/+$/, '');
  }
  throw new OptionError(
    `HF_ENDPOINT is ${shown(text)} where the address of a Hub is needed, such as https://huggingface.co; correct it.`,
  );
}

function tokenOf(given: string | undefined, home: string): Settings['token'] {
  const { HF_TOKEN, HF_TOKEN_PATH } = process.env;
  if (given !== undefined) return checked(given, 'the option token');
  if (HF_TOKEN?.trim()) return checked(HF_TOKEN, 'HF_TOKEN');
  const path = expanded(HF_TOKEN_PATH || join(home, 'token'));
  return existsSync(path) ? checked(readText(path), path) : null;
}

/** A token without the white space around it. Its text stands in no message. */
function checked(text: string, from: string): Settings['token'] {
  const token = text.trim();
  if (token === '') return null;
  if (/^[\x21-\x7e]+$/.test(token)) return { text: token, from };
  throw new OptionError(`${from} holds characters that no token has, such as spaces; write the token alone.`);
}

function secondsOf(name: string, text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds < 2 ** 21) return seconds;
  throw new OptionError(`${name} is ${shown(text)} where a number of seconds is needed; correct it.`);
}

const isOn = (text = ''): boolean => ['1', 'ON', 'YES', 'TRUE'].includes(text.toUpperCase());

const expanded = (path: string): string => (/^~(\/|$)/.test(path) ? join(homedir(), path.slice(1)) : path);
