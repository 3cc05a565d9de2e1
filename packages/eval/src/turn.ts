// Giving way to everything else that waits.

/** Resolves in the next turn of the event loop, after signals, timers and a page's own work had theirs. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve);
  });
}
