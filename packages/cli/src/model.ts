// Models from directories, on a device.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel, readConfigFile } from '@twilljs/hub/node';
import type { LanguageModel } from '@twilljs/hybrid';
import { type Device, FileError } from '@twilljs/tensor';
import { mixers } from 'twilljs';
import { requireModel } from './directories.ts';

/**
 * @param note is told of what was ignored or rearranged in the files.
 * @throws FileError or OptionError when the directory holds no model of this version, or a run that is not finished.
 */
export async function openModel(
  path: string,
  device: Device,
  note: (text: string) => void = () => {},
): Promise<LanguageModel> {
  const record = join(path, 'run.json');
  if (existsSync(record) && !existsSync(join(path, 'model.safetensors'))) {
    const { step } = readConfigFile(record);
    throw new FileError(
      `${path}: its run stopped at step ${step} and has no final weights; finish it by twill train --out ${path} --resume.`,
    );
  }
  requireModel(path);
  const { model, notes } = await loadModel(path, { mixers, device });
  for (const text of notes) note(`${text}\n`);
  return model;
}
