// Questions of SQuAD among paragraphs of its articles.
import { documentsMaker, NEW_TOKENS, questionsIn } from './answers-in-documents.ts';
import type { RulerTask } from './task.ts';

export const qaSquad: RulerTask = {
  name: 'ruler_qa_squad',
  title: 'QA: SQuAD',
  newTokens: NEW_TOKENS,
  match: 'part',
  published: [],
  haystack: () => 'documents',
  samples: ({ squad }) => questionsIn(squad, 'SQuAD', 'dev-v2.0.json').questions.length,
  maker: (setting) =>
    documentsMaker('QA: SQuAD', questionsIn(setting.material.squad, 'SQuAD', 'dev-v2.0.json'), setting),
};
