/** Values that differ by less are equal, relative to the largest of all. */
export const ROUNDING = 1e-12;
