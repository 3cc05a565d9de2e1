// The device that `--device` names.
import { cpu, type Device, OptionError } from '@twilljs/tensor';
import { device } from 'twilljs';
import type { CommonOptions } from './command.ts';

/** @throws DeviceError when it does not run on this machine; OptionError for threads of a device that has none. */
export async function openDevice(flags: Partial<Pick<CommonOptions, 'device' | 'eager' | 'threads'>>): Promise<Device> {
  const { eager = false, threads, device: name = 'auto' } = flags;
  if (name === 'auto' || name === 'wasm') return device({ name, eager, ...(threads !== undefined && { threads }) });
  requireOne(threads, `--device is ${name}`);
  return name === 'cpu' ? cpu({ eager }) : device(name === 'gpujs' ? { name } : { name, eager });
}

/** Whether a device may be given threads. */
export const hasThreads = (name: CommonOptions['device']): boolean => name === 'auto' || name === 'wasm';

/** @throws OptionError where several threads are asked for of the reference device. */
export function requireOne(threads: number | undefined, why: string): void {
  if (threads === undefined || threads === 1) return;
  throw new OptionError(`--threads is ${threads} but ${why}, which runs on one; leave one of them out.`);
}
