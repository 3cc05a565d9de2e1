// FDA: a fact of a report on a medical device, to be found and copied.
import { factInText } from './fact-in-text.ts';

export const fda = /* @__PURE__ */ factInText({
  name: 'fda',
  title: 'FDA',
  id: 'hazyresearch/based-fda',
  options: { until: ['\n'], maxTokens: 48 },
});
