// Questions of HotpotQA, which need two paragraphs, among those of others.
import { documentsMaker, NEW_TOKENS, questionsIn } from './answers-in-documents.ts';
import type { RulerTask } from './task.ts';

export const qaHotpot: RulerTask = {
  name: 'ruler_qa_hotpot',
  title: 'QA: HotpotQA',
  newTokens: NEW_TOKENS,
  match: 'part',
  published: [],
  haystack: () => 'documents',
  samples: ({ hotpot }) => questionsIn(hotpot, 'HotpotQA', 'hotpot_dev_distractor_v1.json').questions.length,
  maker: (setting) =>
    documentsMaker(
      'QA: HotpotQA',
      questionsIn(setting.material.hotpot, 'HotpotQA', 'hotpot_dev_distractor_v1.json'),
      setting,
    ),
};
