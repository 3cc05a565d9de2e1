// `Symbol.dispose` for programs whose `lib` does not have it: declarations of what holds memory name it. TypeScript's own
// `esnext.disposable` has the same words, so that the two merge, and `using` works where that is in `lib`.
declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
}

export {};
