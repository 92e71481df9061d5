/** Lets the browser draw, and hear of the pointer. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
