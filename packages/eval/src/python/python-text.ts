// What tasks that were written in Python do to texts, character for character.
export { bytesOf, capitalize, containsIgnoringCase, isDigit, lengthOf } from './letters.ts';
export { lstrip, rstrip, splitAtSpace, strip } from './white-space.ts';
