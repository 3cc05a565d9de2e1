// The body of an answer, as it comes.

/**
 * The parts of a body.
 *
 * A signal ends it here too: where the whole body had arrived and was not read to its end when the signal came, the fetch of
 * Node 20 and 22 leaves the read open for ever.
 *
 * @throws the reason of the signal, and what the connection fails with.
 */
export async function* bodyOf(response: Response, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  const leave = () => reader?.cancel().catch(() => {}); // it has failed already, or nobody wants the rest
  signal?.addEventListener('abort', leave);
  try {
    if (signal?.aborted) await leave();
    while (reader) {
      const { done, value } = await reader.read();
      if (done) return signal?.throwIfAborted(); // what is left ends as if it were whole
      yield value;
    }
  } finally {
    signal?.removeEventListener('abort', leave);
    await leave();
  }
}
