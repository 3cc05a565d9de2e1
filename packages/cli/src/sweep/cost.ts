// What a sweep will cost on this machine, and whether to begin.

import { hybrid } from '@twilljs/hybrid';
import { initializer } from '@twilljs/nn';
import { grouped } from '@twilljs/report';
import { configOf, type SweepCell, trainingSpeed } from '@twilljs/sweep';
import { mixers, modelSizes } from 'twilljs';
import type { DeviceName } from '../command.ts';
import { openDevice } from '../device.ts';

/** Floating-point operations per second in training a model of `mini` here and now, one process. */
export async function probeSpeed(name: DeviceName): Promise<number> {
  const config = configOf(modelSizes.mini, 'gated-deltanet', '3');
  const model = hybrid(config, { mixers, init: initializer(0, 0.05) });
  return trainingSpeed(await model.to(await openDevice(name)));
}

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
