import type { Framing } from "./model.ts";

/**
 * Sets of light things on black, and how their makers framed them. MNIST: longer side
 * 20, centre of mass in the middle (LeCun, Cortes, Burges, the set's page);
 * Fashion-MNIST: longer side 28, the shorter one in the middle (Xiao, Rasul, Vollgraf
 * 2017, section 2).
 */
const FRAMINGS: Readonly<Record<string, Framing>> = {
  "mnist": { box: 20, centre: "mass" },
  "fashion-mnist": { box: 28, centre: "box" },
};

/** How what is drawn becomes an image of a data set; undefined where nothing can. */
export function framingOf(dataset: string): Framing | undefined {
  return Object.hasOwn(FRAMINGS, dataset) ? FRAMINGS[dataset] : undefined;
}
