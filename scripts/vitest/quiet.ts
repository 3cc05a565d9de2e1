// Any console output fails the test that made it: a library is silent, and a test speaks through its assertions.
for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
  console[method] = (...parts: unknown[]) => {
    throw new Error(`console.${method} in a test: ${parts.map(String).join(' ')}`);
  };
}
