// MMLU: exams of 57 subjects, four choices to a question, answered by a letter.
import type { Suite } from '../../benchmarks/benchmark.ts';
import { integerIn, stringIn, stringsIn } from '../../benchmarks/columns.ts';
import { type ChoiceBenchmark, multipleChoice } from '../../benchmarks/multiple-choice.ts';
import { strip } from '../../python/white-space.ts';

const LETTERS = ['A', 'B', 'C', 'D'];

/** The groups of subjects, as the harness has them. */
const subjects = {
  stem: [
    'abstract_algebra',
    'anatomy',
    'astronomy',
    'college_biology',
    'college_chemistry',
    'college_computer_science',
    'college_mathematics',
    'college_physics',
    'computer_security',
    'conceptual_physics',
    'electrical_engineering',
    'elementary_mathematics',
    'high_school_biology',
    'high_school_chemistry',
    'high_school_computer_science',
    'high_school_mathematics',
    'high_school_physics',
    'high_school_statistics',
    'machine_learning',
  ],
  other: [
    'business_ethics',
    'clinical_knowledge',
    'college_medicine',
    'global_facts',
    'human_aging',
    'management',
    'marketing',
    'medical_genetics',
    'miscellaneous',
    'nutrition',
    'professional_accounting',
    'professional_medicine',
    'virology',
  ],
  social_sciences: [
    'econometrics',
    'high_school_geography',
    'high_school_government_and_politics',
    'high_school_macroeconomics',
    'high_school_microeconomics',
    'high_school_psychology',
    'human_sexuality',
    'professional_psychology',
    'public_relations',
    'security_studies',
    'sociology',
    'us_foreign_policy',
  ],
  humanities: [
    'formal_logic',
    'high_school_european_history',
    'high_school_us_history',
    'high_school_world_history',
    'international_law',
    'jurisprudence',
    'logical_fallacies',
    'moral_disputes',
    'moral_scenarios',
    'philosophy',
    'prehistory',
    'professional_law',
    'world_religions',
  ],
} as const;

type MmluSubject = (typeof subjects)[keyof typeof subjects][number];

/** The benchmark of one subject. */
function mmluOf(subject: MmluSubject): ChoiceBenchmark {
  const words = subject.replaceAll('_', ' ');
  return multipleChoice({
    name: `mmlu_${subject}`,
    title: `MMLU: ${words}`,
    dataset: {
      id: 'cais/mmlu',
      config: subject,
      splits: { evaluation: 'test', shots: 'dev' },
      columns: { question: 'string', choices: 'strings', answer: 'integer' },
    },
    source: 'Hendrycks et al. 2020, https://arxiv.org/abs/2009.03300',
    form: { description: `The following are multiple choice questions (with answers) about ${words}.\n\n` },
    shots: { order: 'first' },
    text: (doc) => [strip(stringIn(doc, 'question')), ...labelled(stringsIn(doc, 'choices')), 'Answer:'].join('\n'),
    choices: () => LETTERS,
    gold: (doc) => integerIn(doc, 'answer'),
  });
}

const labelled = (choices: readonly string[]): string[] => LETTERS.map((letter, i) => `${letter}. ${choices[i]}`);

const aggregate: Suite['aggregate'] = { metrics: ['acc'], weights: 'documents' };

const group = (name: string, title: string, of: readonly MmluSubject[]): Suite => ({
  name: `mmlu_${name}`,
  title: `MMLU: ${title}`,
  members: of.map(mmluOf),
  aggregate,
});

/** All of them, in the groups of the harness: each question counts alike. */
export const mmlu: Suite = {
  name: 'mmlu',
  title: 'MMLU',
  members: /* @__PURE__ */ [
    group('stem', 'science, technology, mathematics', subjects.stem),
    group('other', 'other subjects', subjects.other),
    group('social_sciences', 'social sciences', subjects.social_sciences),
    group('humanities', 'humanities', subjects.humanities),
  ],
  aggregate,
};
