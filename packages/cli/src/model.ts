// Models from directories, on a device.
import { join } from 'node:path';
import { matchWeights, writeWeights } from '@twilljs/hub';
import { readModelDirectory } from '@twilljs/hub/node';
import { hybrid, type LanguageModel } from '@twilljs/hybrid';
import { params, shapesOnly } from '@twilljs/nn';
import type { Device } from '@twilljs/tensor';
import { mixers } from 'twilljs';

/** @throws FileError or OptionError when the directory holds no model of this version. */
export async function openModel(path: string, device: Device): Promise<LanguageModel> {
  const { config, tensors } = readModelDirectory(path);
  const model = hybrid(config, { mixers, init: shapesOnly() });
  const parameters = params(model);
  const matched = matchWeights(parameters, tensors, join(path, 'model.safetensors'));
  await model.to(device);
  writeWeights(parameters, matched);
  return model;
}
