// SWDE: a fact of a web page, to be found and copied.
import { factInText } from './fact-in-text.ts';

export const swde = /* @__PURE__ */ factInText({
  name: 'swde',
  title: 'SWDE',
  id: 'hazyresearch/based-swde-v2',
  options: { until: ['\n'], maxTokens: 48 },
});
