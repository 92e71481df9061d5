/**
 * Places of labels in one column: each as near to where it belongs as it can be
 * with no two closer than a distance.
 *
 * @param wanted Where each belongs.
 * @param options.least Distance between two, > 0.
 * @param options.low No place is below it, as far as there is room.
 * @param options.high No place is above it.
 * @returns One a label, in their order.
 */
export function spread(
  wanted: readonly number[],
  { least, low, high }: {
    readonly least: number;
    readonly low: number;
    readonly high: number;
  },
): readonly number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!);
  /** Labels that touch each other, kept around the mean of where they belong. */
  const groups: { members: readonly number[]; centre: number }[] = [];
  const half = (count: number) => (count - 1) * least / 2;
  const centred = (members: readonly number[]) => {
    const mean = members.reduce((sum, i) => sum + wanted[i]!, 0) /
      members.length;
    const room = half(members.length);
    return Math.max(low + room, Math.min(high - room, mean));
  };
  for (const i of order) {
    let members: readonly number[] = [i];
    for (let last; (last = groups.at(-1)) !== undefined;) {
      const gap = centred(members) - half(members.length) -
        (last.centre + half(last.members.length));
      if (gap >= least) break;
      members = [...last.members, ...members];
      groups.pop();
    }
    groups.push({ members, centre: centred(members) });
  }
  const places = new Array<number>(wanted.length);
  for (const { members, centre } of groups) {
    for (const [k, i] of members.entries()) {
      places[i] = centre - half(members.length) + k * least;
    }
  }
  return places;
}
