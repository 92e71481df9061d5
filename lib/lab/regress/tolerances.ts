/**
 * How far results of another engine, version or instruction set may lie from a
 * record: what follows from the options alone is the same there, what is trained
 * is near, and what a search makes of it may be something else.
 *
 * @module
 */

/** How far a number may be from the recorded one. */
export type Bound =
  /** The same. */
  | { readonly kind: "equal" }
  /** So many hundredths of an accuracy. */
  | { readonly kind: "points"; readonly by: number }
  /** So much, in the number's own unit. */
  | { readonly kind: "absolute"; readonly by: number }
  /** At most so many times as much, or as little. */
  | { readonly kind: "factor"; readonly by: number };

/** The bound of some fields of a record. */
export interface Tolerance {
  /** What they are, for people. */
  readonly what: string;
  /** Their paths, as `leavesOf` gives them. */
  readonly fields: RegExp;
  /** How far each may be off. */
  readonly bound: Bound;
  /** How far their mean may be off, where there are {@link MEAN_OF} and more. */
  readonly mean?: Bound;
  /** Why. */
  readonly why: string;
}

/** Of fewer numbers the mean says little more than each of them. */
export const MEAN_OF = 5;

/**
 * Bounds by field, the first that fits counts; fields that none fits depend on
 * which students a search came to, or on float bits, and are not compared. Smoke
 * profiles train for seconds, and are noisier than anything that is claimed: between
 * onnx-cpu and onednn teachers were up to 3 points apart, winners 8, students after a
 * short training 27, their means 2.2.
 */
export const TOLERANCES: readonly Tolerance[] = [
  {
    what: "what is run: options, data, arm, seed",
    fields: /^identity\.(?!engine\.|(source\.)?teacher\.|policies\b)/,
    bound: { kind: "equal" },
    why: "other options give other results",
  },
  {
    what: "teachers' networks and sizes",
    fields:
      /^(teacher|source|target)\.(networkId|parameters|macs|network|dataset|decisions)\b/,
    bound: { kind: "equal" },
    why: "follow from the options",
  },
  {
    what: "limits on size",
    fields: /^limits\.max(Parameters|Macs|ActivationBytes|WeightBytes)$/,
    bound: { kind: "equal" },
    why: "parts of the teacher's size",
  },
  {
    what: "what is decided",
    fields:
      /^stages\.0\.(kind|bits|decisions)\b|^stages\.\d+\.kind$|^(decisions|marks|images|rejected|proxies|settings|losses)\b/,
    bound: { kind: "equal" },
    why: "follows from the options",
  },
  {
    what: "students proposed",
    fields: /^stages\.\d+\.ledger\.proposed$/,
    bound: { kind: "factor", by: 2 },
    why: "a budget of student-epochs lasts longer where students are repeated",
  },
  {
    what: "the first proposals",
    fields:
      /^stages\.0\.records\.0\.proposals\.\d+\.(actions|networkId|parameters|compression|rejection)\b|^seeds\.\d+\.(source|scratch)\.(iterations\.0\.compressions|keepFirst)\b/,
    bound: { kind: "equal" },
    why: "drawn before anything was learned",
  },
  {
    what: "students that are drawn, enumerated or designed",
    fields:
      /^(students|table|sizes)\.[0-9a-f]{64}(\/\d+)?\.(networkId|parameters|macs|kind|asked|epochs)$/,
    bound: { kind: "equal" },
    why: "no search chose them",
  },
  {
    what: "teachers' accuracy",
    fields:
      /^(teacher|source|target)\.(test|validation|accuracy|accuracyAgain)$|^referenceAccuracy$/,
    bound: { kind: "points", by: 10 },
    why: "rounding adds up over a training",
  },
  {
    what: "accuracy after final trainings",
    fields:
      /^stages\.\d+\.winner\.(test|validation)$|^sizes\.[0-9a-f]{64}\.(test|validation)$/,
    bound: { kind: "points", by: 20 },
    why: "another student may have won, of another size",
  },
  {
    what: "parameters of winners",
    fields: /\b(winner|chosen)\.parameters$/,
    bound: { kind: "factor", by: 4 },
    why: "another student may have won",
  },
  {
    what: "accuracy of students after a short training",
    fields:
      /^stages\.0\.records\.0\.proposals\.\d+\.accuracy$|^seeds\.\d+\.(source|scratch)\.iterations\.0\.accuracies\b|^(students|table)\.[0-9a-f]{64}(\/\d+)?\.(.*\.)?(accuracy|truth|truthOnScoring)$|\b(winner|chosen)\.accuracy$/,
    bound: { kind: "points", by: 35 },
    mean: { kind: "points", by: 6 },
    why: "after few steps rounding shows most",
  },
  {
    what: "rewards of the first proposals",
    fields:
      /^stages\.0\.records\.0\.proposals\.\d+\.reward$|^seeds\.\d+\.(source|scratch)\.iterations\.0\.rewards\b/,
    bound: { kind: "absolute", by: 0.35 },
    why: "follow the accuracies",
  },
];
