// What the reports of this version know: every mixer, the presets by name, the paper, and the suites of benchmarks.
import { madProtocol } from '@twilljs/eval';
import type { ReportOptions } from '@twilljs/report';
import { known } from './known.ts';
import { paper } from './paper.ts';
import { profiles } from './profiles.ts';
import { suites } from './suites.ts';
import { sweepPresets } from './sweep-presets.ts';

/** For `writeReport`. */
export const study: ReportOptions = {
  known,
  presets: /* @__PURE__ */ Object.values(sweepPresets),
  references: [paper],
  suites,
  protocols: [madProtocol],
  profiles: [profiles.quick, profiles.paper],
};
