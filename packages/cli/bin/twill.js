#!/usr/bin/env node
// The installed `twill`; in a clone it is there before anything was built, and says so.
try {
  await import('../dist/main.js');
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND' || !error.message.includes('main.js')) throw error;
  console.error('twill: dist/ is not built in this clone; run `npx -y pnpm@10 twill ...`, which runs from source.');
  process.exitCode = 2;
}
