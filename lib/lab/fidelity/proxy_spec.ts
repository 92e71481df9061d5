/**
 * What a proxy is, a score of a student that costs less than its final training,
 * and what it costs.
 *
 * @module
 */

/** Which weights a training starts from: fresh ones, or the teacher's. */
export type ProxyStart = "fresh" | "inherited";

/** A recipe of a proxy's training by name: the paper's, or our shorter one. */
export type ProxyRecipe = "paper" | "laptop";

/** How a student is scored without training it to the end. */
export interface ProxySpec {
  /** Its name in records, pages and figures; no two are the same. */
  readonly name: string;
  /** Weights that it starts from. */
  readonly start: ProxyStart;
  /** Training images of an epoch, stratified; 0 takes all. */
  readonly images: number;
  /** Epochs, >= 0; with 0 nothing is trained. */
  readonly epochs: number;
  /** Images that batch norm's statistics are re-estimated on before, >= 0. */
  readonly observe: number;
  /** How it is trained. */
  readonly recipe: ProxyRecipe;
}

/** How a student is trained to the end; the rest is the final recipe. */
export type TruthSpec = Omit<ProxySpec, "name" | "recipe">;

/** Numbers of images that the scores rest on. */
export interface FidelityImages {
  /** Training images, what 0 stands for in a {@link ProxySpec}. */
  readonly train: number;
  /** The half of the validation images that every proxy scores on. */
  readonly scoring: number;
  /** The other half, which no proxy sees: the truth is measured on it. */
  readonly confirm: number;
}

/**
 * What scoring a student costs, in images that pass forwards through it. A step of
 * training counts as three: the backward pass has the gradients of activations and
 * of weights to compute, each about as much work as the forward pass. Seconds
 * depend on machine and load; this decides the same everywhere.
 *
 * @param spec The proxy.
 * @param images The subject's numbers of images.
 */
export function imagePasses(
  { images, epochs, observe }: Pick<
    ProxySpec,
    "images" | "epochs" | "observe"
  >,
  { train, scoring }: Omit<FidelityImages, "confirm">,
): number {
  return 3 * epochs * (images || train) + observe + scoring;
}
