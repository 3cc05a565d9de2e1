// Numbers as people read them.

/** 12345 -> 12,345. */
export function grouped(n: number): string {
  return Math.round(n)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Seconds as 7 s, 1:05 or 1:02:03. */
export function duration(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** 12345 -> 12.3 kB. */
export function bytesText(n: number): string {
  if (n < 1e4) return `${grouped(n)} B`;
  if (n < 1e6) return `${(n / 1e3).toFixed(1)} kB`;
  return n < 1e9 ? `${(n / 1e6).toFixed(1)} MB` : `${(n / 1e9).toFixed(1)} GB`;
}

/** Tokens of context: 1024 -> 1k. */
export function tokensText(tokens: number): string {
  return tokens % 1024 === 0 ? `${tokens / 1024}k` : String(tokens);
}

/** Of steps whose loss or gradient was not finite. */
export function skippedText(skipped: number, steps: number): string {
  return `${grouped(skipped)} of ${grouped(steps)} steps, which had no finite loss or gradient and changed nothing`;
}
