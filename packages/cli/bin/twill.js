#!/usr/bin/env node
// The installed `twill`; in a clone it is there before anything was built, and says so.
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main);
} else {
  console.error('twill: dist/ is not built in this clone; run `npx -y pnpm@10 twill ...`, which runs from source.');
  process.exitCode = 2;
}
