// Prints what the tests counted, from vitest's own JSON reports: of the tests in Node, and of those of WebGPU in a page.
import { existsSync, readFileSync } from 'node:fs';

const [inNode, inPage] = process.argv.slice(2).map(read);
// A page takes one device of each file: what is left of the file is no skipped test, but a file of which nothing ran is.
const idle = inPage.files.filter(({ assertionResults: tests }) => tests.every(({ status }) => status === 'skipped'));
console.log(
  `${inNode.passed + inPage.passed} passed (${inPage.passed} of them in a page), ${inNode.failed + inPage.failed} failed, ` +
    `${inNode.skipped + idle.length} skipped`,
);

/** A file that could not be loaded counts as one failure. */
function read(path) {
  if (!existsSync(path)) return { files: [], passed: 0, failed: 0, skipped: 0 };
  const report = JSON.parse(readFileSync(path, 'utf8'));
  const files = report.testResults.filter(({ status, assertionResults }) => {
    return status !== 'failed' || assertionResults.length > 0;
  });
  return {
    files,
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.testResults.length - files.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
