// @twilljs/report: everything that draws. Numbers and tables as text, lines for a terminal, a report as Markdown. The page, for which Vega is loaded, is of ./node.
export type { Axis, AxisValue } from './axis.ts';
export type { Block as ReportBlock, Key, Picture, Report, Section } from './document.ts';
export type { Figure, Parts } from './figures/figure.ts';
export { markdown } from './markdown.ts';
export type { Reference, ReferenceTable, ReportOptions } from './options.ts';
export { type Line, type Model, modelAt, modelsOf, modelText, type Part, ratioText, resultOf } from './part.ts';
export type { OthersOnTask, Profile, ProfileTask } from './profile/profile.ts';
export { checkText } from './terminal/check.ts';
export { terminalText } from './terminal/report.ts';
export { stepsText, stepText } from './terminal/step.ts';
export { duration, skippedText } from './text/numbers.ts';
export { sparkline } from './text/sparkline.ts';
export { fixed, listed, type Spread, spanOf, spreadOf, spreadText } from './text/stats.ts';
export { table } from './text/table.ts';
export { wrapped } from './text/wrapped.ts';
