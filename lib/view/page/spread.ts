/** A label beside a place. */
export interface Label {
  readonly text: string;
  readonly y: number;
  readonly colour: string;
}

/**
 * Moves labels apart that would lie on each other, as little as needed.
 *
 * @param labels The labels at their places.
 * @param options The scale that they are on, and the room between two.
 */
export function spread<L extends Label>(
  labels: readonly L[],
  { domain: [low, high], scale, height, gap }: {
    readonly domain: readonly [number, number];
    readonly scale: "linear" | "log";
    readonly height: number;
    readonly gap: number;
  },
): readonly L[] {
  const map = scale === "log" ? Math.log : (value: number) => value;
  const unmap = scale === "log" ? Math.exp : (value: number) => value;
  const perPixel = (map(high) - map(low)) / height;
  const sorted = labels.map((label) => ({
    label,
    at: (map(label.y) - map(low)) / perPixel,
  })).sort((a, b) => a.at - b.at);
  for (let i = 1; i < sorted.length; i++) {
    sorted[i]!.at = Math.max(sorted[i]!.at, sorted[i - 1]!.at + gap);
  }
  // Back into the frame from above.
  let most = height;
  for (let i = sorted.length - 1; i >= 0; i--) {
    sorted[i]!.at = Math.min(sorted[i]!.at, most);
    most = sorted[i]!.at - gap;
  }
  return sorted.map(({ label, at }) => ({
    ...label,
    y: unmap(map(low) + at * perPixel),
  }));
}
