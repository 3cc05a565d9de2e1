// Questions of SQuAD among paragraphs of its articles.
import { documentsMaker, NEW_TOKENS, questionsIn } from './answers-in-documents.ts';
import { squadQuestions } from './questions.ts';
import type { RulerFile, RulerTask } from './task.ts';

const TITLE = 'QA: SQuAD';

const file: RulerFile = {
  setting: 'squad',
  what: 'dev-v2.0.json of SQuAD 2.0',
  form: 'object',
  isNeeded: true,
  read: squadQuestions,
};

export const qaSquad: RulerTask = {
  name: 'ruler_qa_squad',
  title: TITLE,
  newTokens: NEW_TOKENS,
  match: 'part',
  published: [],
  file,
  haystack: () => 'documents',
  samples: ({ squad }) => questionsIn(squad, TITLE, file.what).questions.length,
  maker: (setting) => documentsMaker(TITLE, questionsIn(setting.material.squad, TITLE, file.what), setting),
};
