// Questions of HotpotQA, which need two paragraphs, among those of others.
import { documentsMaker, NEW_TOKENS, questionsIn } from './answers-in-documents.ts';
import { hotpotQuestions } from './questions.ts';
import type { RulerFile, RulerTask } from './task.ts';

const TITLE = 'QA: HotpotQA';

const file: RulerFile = {
  setting: 'hotpot',
  what: 'hotpot_dev_distractor_v1.json of HotpotQA',
  form: 'rows',
  isNeeded: true,
  read: hotpotQuestions,
};

export const qaHotpot: RulerTask = {
  name: 'ruler_qa_hotpot',
  title: TITLE,
  newTokens: NEW_TOKENS,
  match: 'part',
  published: [],
  file,
  haystack: () => 'documents',
  samples: ({ hotpot }) => questionsIn(hotpot, TITLE, file.what).questions.length,
  maker: (setting) => documentsMaker(TITLE, questionsIn(setting.material.hotpot, TITLE, file.what), setting),
};
