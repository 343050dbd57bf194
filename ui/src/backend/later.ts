/** Stops a listener that may not have begun yet. */
export function later(started: Promise<() => void>): () => void {
  return () => void started.then((stop) => stop());
}
