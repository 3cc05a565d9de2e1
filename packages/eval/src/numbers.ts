// Sizes as people read them.

/** 12345 -> 12,345. */
export function grouped(n: number): string {
  return Math.round(n)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
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
