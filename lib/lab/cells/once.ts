/**
 * The same promise for all who ask.
 *
 * @param made What was made before, by key.
 * @param key What is asked for.
 * @param make Makes it for the first who asks.
 */
export function once<Value>(
  made: Map<string, Promise<Value>>,
  key: string,
  make: () => Promise<Value>,
): Promise<Value> {
  const known = made.get(key) ?? make();
  made.set(key, known);
  return known;
}
