// The device that `--device` names.
import { cpu, type Device } from '@twilljs/tensor';
import { device } from 'twilljs';
import type { CommonOptions } from './command.ts';

/** @throws DeviceError when it does not run on this machine. */
export async function openDevice(flags: Partial<Pick<CommonOptions, 'device' | 'eager'>>): Promise<Device> {
  const eager = flags.eager === true;
  return flags.device === 'cpu' ? cpu({ eager }) : device({ eager });
}
