// What a Hub means by a status, and what to do about it.
import { HubError, Passing, shownAddress } from './errors.ts';
import { pageAddress } from './repository.ts';
import type { Asking } from './request.ts';

/** Statuses that pass. */
const PASSING = [408, 425, 429, 500, 502, 503, 504];

/** The error of an answer that is none: `Passing` where the next one may be better. */
export async function refusalOf(response: Response, url: string, asking: Asking): Promise<HubError | Passing> {
  await response.body?.cancel();
  const { status, headers } = response;
  const text = textOf(response, url, asking);
  if (!PASSING.includes(status)) return new HubError(text, status);
  const seconds = Number(headers.get('retry-after') ?? 0);
  return new Passing(text, status, { waitMs: seconds > 0 ? 1000 * seconds : 0 });
}

function textOf({ status, headers }: Response, url: string, asking: Asking): string {
  const { repository, token, revision, endpoint } = asking;
  const { id, kind } = repository;
  const page = pageAddress(endpoint, repository);
  const code = headers.get('x-error-code');
  const said = headers.get('x-error-message');
  const answer = `(${status}${said ? `: ${said.slice(0, 200)}` : ''})`;
  // Redirects lead to stores, whose refusals mean other things than those of the Hub.
  if (new URL(url).origin !== new URL(endpoint).origin || status >= 500) {
    return `${shownAddress(url)}: gives no answer but ${answer}; try again later.`;
  }
  if (code === 'GatedRepo') {
    const who = token
      ? `the account of the token in ${token.from} has no access`
      : 'no token is set that says who asks';
    return `${id}: is given to those who have accepted its licence, and ${who} ${answer}; accept it at ${page} and set HF_TOKEN to a token of that account.`;
  }
  if (code === 'RevisionNotFound') {
    return `${id}: has no branch, tag or commit ${revision} ${answer}; name one that is listed at ${page}/tree/main.`;
  }
  if (code === 'EntryNotFound') return `${shownAddress(url)}: is not there ${answer}; see ${page}/tree/main.`;
  if (status === 429) {
    const more = token ? '' : ', or set HF_TOKEN, with which more is granted';
    const pause = Number(headers.get('retry-after')) > 0 ? `${headers.get('retry-after')} seconds` : 'some minutes';
    return `${endpoint}: is asked too often from here ${answer}; wait ${pause}${more}.`;
  }
  if (status === 403) {
    return `${id}: may not be read ${token ? `with the token in ${token.from}` : 'without a token'} ${answer}; set HF_TOKEN to one that may read ${page}.`;
  }
  if (status === 401 && token) {
    return `${id}: the Hub does not take the token in ${token.from} ${answer}; check the name of the ${kind}, and make a new token at ${endpoint}/settings/tokens.`;
  }
  if (status === 401 || status === 404) {
    const next = token ? 'check the name' : 'check the name, or set HF_TOKEN to a token that may read it';
    return `${id}: there is no such ${kind} at ${endpoint}, or it is private ${answer}; ${next}.`;
  }
  return `${shownAddress(url)}: is refused ${answer}; check ${page}.`;
}
