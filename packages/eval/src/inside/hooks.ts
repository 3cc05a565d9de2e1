// Listening to a method while something runs, and leaving no trace.

/**
 * Runs `body` while each call of a method of `target` is made by `around` instead, which is handed the method.
 *
 * @param body synchronous, so that nothing else runs meanwhile.
 */
export function during<T, Name extends string, Method extends (...args: never[]) => unknown>(
  target: { readonly [N in Name]: Method },
  name: Name,
  around: (original: Method) => Method,
  body: () => T,
): T {
  const object = target as { [N in Name]?: Method };
  const own = Object.getOwnPropertyDescriptor(target, name);
  object[name] = around((target[name] as Method).bind(target) as Method);
  try {
    return body();
  } finally {
    if (own) Object.defineProperty(target, name, own);
    else delete object[name];
  }
}
