// A text that becomes tokens, on a terminal: one line that is drawn over, or plain lines where output is not a terminal.
import type { ReadingProgress } from '@twilljs/data/node';
import { bytesText, grouped } from '@twilljs/eval';
import { duration } from '@twilljs/report';
import type { Terminal } from '../terminal.ts';

/** Plain lines come at every tenth, and of a pipe after so many seconds. */
const PLAIN_PARTS = 10;
const SILENCE_S = 10;

/** Shows the progress that it is told of. */
export function readingView({
  live,
  draw,
  err,
}: Pick<Terminal, 'live' | 'draw' | 'err'>): (progress: ReadingProgress) => void {
  let said = { part: -1, seconds: Number.NEGATIVE_INFINITY };
  return (progress) => {
    const { doing, read, of, seconds, isLast } = progress;
    const text = `${doing.padEnd(12)}${factsOf(progress)}`;
    if (live) draw(`\r${text}\x1b[K${isLast ? '\n' : ''}`);
    else {
      const part = of === null || of === 0 ? 0 : Math.floor((PLAIN_PARTS * read) / of);
      if (!isLast && part <= said.part && seconds - said.seconds < SILENCE_S) return;
      err(`${text}\n`);
      said = { part, seconds };
    }
    if (isLast) said = { part: -1, seconds: Number.NEGATIVE_INFINITY };
  };
}

function factsOf({ doing, read, of, tokens, seconds, isLast }: ReadingProgress): string {
  const size = of === null || isLast ? bytesText(read) : `${bytesText(read)} of ${bytesText(of)}`;
  const made = doing === 'tokenising' ? `, ${grouped(tokens)} tokens` : '';
  if (isLast) return `${size}${made} in ${duration(seconds)}${paceOf(doing === 'tokenising' ? tokens : 0, seconds)}`;
  const left = of === null || read === 0 ? '' : `, ${duration((seconds * (of - read)) / read)} left`;
  return `${size}${made}${paceOf(doing === 'tokenising' ? tokens : 0, seconds)}${left}`;
}

const paceOf = (tokens: number, seconds: number): string =>
  tokens > 0 && seconds > 0 ? `, ${grouped(Math.round(tokens / seconds))} tokens/s` : '';
