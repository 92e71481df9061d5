/** Colours that most people tell apart (Okabe and Ito 2008), in the style sheet. */
const COLOURS = 7;

/** Name of a run's colour in the style sheet; more runs than colours share them. */
export function colourName(index: number): string {
  return `--run-${index % COLOURS}`;
}
