// SQuAD as sentences to be ended: an answer that stands in the passage before.
import { factInText } from './fact-in-text.ts';

export const squadCompletion = /* @__PURE__ */ factInText({
  name: 'squad_completion',
  title: 'SQuAD (completion)',
  id: 'hazyresearch/based-squad',
  options: { until: ['\n\n'], maxTokens: 256 },
});
