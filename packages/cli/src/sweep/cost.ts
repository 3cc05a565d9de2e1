// What a sweep will cost, in words.

import { grouped } from '@twilljs/report';
import type { SweepCell } from '@twilljs/sweep';

/** `155 cells, 1.8e+15 FLOPs`. */
export function sizeText(cells: readonly SweepCell[]): string {
  return `${cells.length} cells, ${flopsOf(cells).toExponential(1).replace('+', '')} FLOPs`;
}

/** Hours at a speed per process. */
export function hoursText(cells: readonly SweepCell[], speed: number, jobs: number): string {
  const hours = flopsOf(cells) / (speed * jobs) / 3600;
  const gigaflops = grouped(speed / 1e9);
  const each = jobs === 1 ? 'one process' : `${jobs} processes`;
  return `about ${hours < 10 ? hours.toFixed(1) : grouped(hours)} hours on this machine (${each} at ${gigaflops} GFLOP/s each)`;
}

const flopsOf = (cells: readonly SweepCell[]) => cells.reduce((sum, { trainingFlops }) => sum + trainingFlops, 0);
