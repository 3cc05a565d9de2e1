// @twilljs/report: everything that draws. Numbers and tables as text, lines for a terminal, a report as Markdown and as a page.
export type { Block as ReportBlock, Figure, Key, Report, Section } from './document.ts';
export { markdown } from './markdown.ts';
export type { Reference, ReferenceTable, ReportOptions } from './options.ts';
export { page } from './page.ts';
export { corpusText } from './terminal/corpus.ts';
export { bestOf, resultTable, sentence } from './terminal/study.ts';
export { type Summary, summaryLines, type Unit, unitOf } from './terminal/summary.ts';
export { endText, progressText, type SweepProgress, sweepScreen, workOf } from './terminal/sweep.ts';
export { bytesText, duration, grouped, skippedText, tokensText } from './text/numbers.ts';
export { sparkline } from './text/sparkline.ts';
export { table } from './text/table.ts';
export { wrapped } from './text/wrapped.ts';
