import { leaves, type Network } from "../../network/mod.ts";
import { hasParameters } from "./_parameter_leaves.ts";

/**
 * From the origin of all leaves, as `lib/compress` gives it with every student,
 * to the origin of the layers with parameters (convolutions, batch norms, linear
 * layers), as {@linkcode Heritage} wants it. Both networks' canonical forms have
 * the same layers with parameters in the same order, so it holds for those too.
 *
 * @param student A valid network.
 * @param base The valid network that it was made from.
 * @param origin For each leaf of the student the index of a leaf of the base.
 * @returns For each layer with parameters of the student, in order, the number,
 * from 0, of one among those of the base.
 * @throws {RangeError} When there is not one entry per leaf of the student, or
 * one names no leaf of the same type.
 */
export function parameterLayers(
  student: Network,
  base: Network,
  origin: { readonly leaves: readonly number[] },
): readonly number[] {
  const of = leaves(student);
  const from = leaves(base);
  if (origin.leaves.length !== of.length) {
    throw new RangeError(
      `Cannot follow layers: the origin has ${origin.leaves.length} entries, expected ${of.length} (one per leaf of the student)`,
    );
  }
  const numbers = new Map(
    from.filter(hasParameters).map(({ index }, number) => [index, number]),
  );
  return of.flatMap((leaf, i) => {
    const index = origin.leaves[i]!;
    const type = from[index]?.layer.type;
    if (type !== leaf.layer.type) {
      throw new RangeError(
        `Cannot follow layers: leaf ${i} of the student is of type "${leaf.layer.type}" and comes from leaf ${index} of the base, of type "${type}", expected the same type`,
      );
    }
    return hasParameters(leaf) ? [numbers.get(index)!] : [];
  });
}
