// The `twill` command: what bin/twill.js runs, and what a sweep starts for each cell.
import { fileURLToPath } from 'node:url';
import { run } from './program.ts';
import { processTerminal } from './terminal.ts';

process.exitCode = await run(process.argv.slice(2), processTerminal(fileURLToPath(import.meta.url)));
