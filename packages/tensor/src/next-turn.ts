// Giving way to everything else that waits.

/** What is used of a host; a page has no `setImmediate`. */
interface Host {
  setImmediate?(run: () => void): unknown;
}

/** Resolves in the next turn of the event loop, after signals, timers, finalizers and a page's own work had theirs. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { setImmediate } = globalThis as Host;
    if (setImmediate) {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel(); // setTimeout waits 4 ms where it is called again and again
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
