// Numbers as people read them.
import { grouped } from '@twilljs/eval';

/** Seconds as 7 s, 1:05 or 1:02:03. */
export function duration(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** Of steps whose loss or gradient was not finite. */
export function skippedText(skipped: number, steps: number): string {
  return `${grouped(skipped)} of ${grouped(steps)} steps, which had no finite loss or gradient and changed nothing`;
}
