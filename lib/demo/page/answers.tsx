/// <reference lib="dom" />
import { largest } from "./predict.ts";

/** More classes than that are not all shown. */
const MOST = 12;
/** Of so many classes, the likeliest for either network are. */
const SHOWN = 10;

/** What {@link Answers} shows. */
export interface AnswersProps {
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** Probabilities of the teacher's classes, then of the student's. */
  readonly answers: readonly [readonly number[], readonly number[]];
  /** The true class, where it is known. */
  readonly truth: number | undefined;
}

/** "99.3 %". */
export function share(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

/** Both answers in a sentence. */
export function sentence(
  { classes, answers: [teacher, student], truth }: AnswersProps,
): string {
  const [a, b] = [largest(teacher), largest(student)];
  const told = `Teacher: ${classes[a]} (${share(teacher[a]!)}). Student: ${
    classes[b]
  } (${share(student[b]!)}).`;
  const compared = a === b ? "They agree." : "They differ.";
  return truth === undefined
    ? `${told} ${compared}`
    : `${told} ${compared} True: ${classes[truth]}.`;
}

/** The classes that are shown, by number. */
export function shownClasses(
  { classes, answers: [teacher, student], truth }: AnswersProps,
): readonly number[] {
  const all = classes.map((_, i) => i);
  if (classes.length <= MOST) return all;
  const most = (i: number) =>
    i === truth ? Infinity : Math.max(teacher[i]!, student[i]!);
  return all.toSorted((a, b) => most(b) - most(a)).slice(0, SHOWN);
}

/** Probabilities of the classes, teacher and student side by side. */
export function Answers(props: AnswersProps) {
  const { classes, answers, truth } = props;
  const best = answers.map(largest);
  return (
    <table class="answers">
      <thead>
        <tr>
          <th scope="col">class</th>
          <th scope="col">teacher</th>
          <th scope="col">student</th>
        </tr>
      </thead>
      <tbody>
        {shownClasses(props).map((i) => (
          <tr key={i} class={i === truth ? "true" : undefined}>
            <th scope="row">
              {i === truth ? `${classes[i]} ` : classes[i]}
              {i === truth && <span class="truth">true</span>}
            </th>
            {answers.map((each, who) => (
              <td class={best[who] === i ? "best" : undefined}>
                <span class="bar" aria-hidden="true">
                  <i style={{ width: `${100 * each[i]!}%` }} />
                </span>
                <span class="number">{share(each[i]!)}</span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
