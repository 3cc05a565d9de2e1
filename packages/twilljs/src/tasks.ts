// All tasks as one list, to hand to sweeps and reports.
import { mqarTask, mqarUniformTask, mqarZoologyTask, parityTask, textTask } from '@twilljs/eval';

/** Every task of this version, as `--task` and specifications name them. */
export const tasks = [mqarTask, mqarUniformTask, mqarZoologyTask, parityTask, textTask] as const;
