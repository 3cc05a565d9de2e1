// The suite lm: what papers on linear attention report of a language model.
import type { Suite } from '../../benchmarks/benchmark.ts';
import { arcChallenge } from './arc-challenge.ts';
import { arcEasy } from './arc-easy.ts';
import { boolq } from './boolq.ts';
import { copa } from './copa.ts';
import { fda } from './fda.ts';
import { hellaswag } from './hellaswag.ts';
import { lambadaOpenai } from './lambada-openai.ts';
import { lambadaStandard } from './lambada-standard.ts';
import { mmlu } from './mmlu.ts';
import { openbookqa } from './openbookqa.ts';
import { piqa } from './piqa.ts';
import { sciq } from './sciq.ts';
import { socialIqa } from './social-iqa.ts';
import { squadCompletion } from './squad-completion.ts';
import { swde } from './swde.ts';
import { wikitext } from './wikitext.ts';
import { winogrande } from './winogrande.ts';

/** Language modelling and common sense: the benchmarks that papers of language models print. */
export const lmSuite: Suite = {
  name: 'lm',
  title: 'Language modelling and common sense',
  members: [
    wikitext,
    lambadaOpenai,
    lambadaStandard,
    piqa,
    hellaswag,
    winogrande,
    arcEasy,
    arcChallenge,
    socialIqa,
    boolq,
    copa,
    sciq,
    openbookqa,
    mmlu,
    swde,
    fda,
    squadCompletion,
  ],
  aggregate: null,
};
