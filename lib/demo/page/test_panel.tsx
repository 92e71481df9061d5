/// <reference lib="dom" />
import type { DemoData, DemoTests } from "../model.ts";
import { Thumbnail } from "./thumbnail.tsx";
import type { Answered } from "./questions.ts";
import { type Tally, tallyOf, type TestImage } from "./tests.ts";

/** Images of which both networks' answers differ that are shown again. */
const KEPT = 12;

/** What {@link TestPanel} shows. */
export interface TestPanelProps {
  readonly data: DemoData;
  readonly tests: DemoTests;
  /** Everything that both answered, by number. */
  readonly answered: ReadonlyMap<number, Answered>;
  /** Whether the next one where they differ is being looked for. */
  readonly isLooking: boolean;
  /** What came of the search, where it found nothing. */
  readonly found: string;
  readonly onNext: () => void;
  readonly onDiffering: () => void;
  readonly onStop: () => void;
  readonly onShow: (image: TestImage) => void;
}

/** Test images, one by one, and what was counted. */
export function TestPanel(props: TestPanelProps) {
  const { data, tests, answered, isLooking, found } = props;
  const reason = "reason" in tests ? tests.reason : undefined;
  const tally = tallyOf(answered.values());
  const differing = [...answered.values()]
    .filter(({ teacher, student }) => teacher !== student)
    .slice(-KEPT);
  return (
    <section aria-labelledby="tests">
      <h2 id="tests">Test images</h2>
      <p class="controls">
        <button
          type="button"
          disabled={reason !== undefined || isLooking}
          aria-describedby={reason && "no-tests"}
          onClick={props.onNext}
        >
          Next test image
        </button>
        {isLooking
          ? <button type="button" onClick={props.onStop}>Stop</button>
          : (
            <button
              type="button"
              disabled={reason !== undefined}
              aria-describedby={reason && "no-tests"}
              onClick={props.onDiffering}
            >
              Next one where they differ
            </button>
          )}
      </p>
      {reason !== undefined && <p id="no-tests" class="note">{reason}</p>}
      {/* Always there: what comes into it is read out. */}
      <p class="note" role="status">{isLooking ? "looking …" : found}</p>
      {tally.images > 0 && <Counted {...tally} />}
      {differing.length > 0 && (
        <>
          <h3>Where they differ</h3>
          <ul class="differing">
            {differing.map(({ image, label, teacher, student }) => {
              const [is, a, b] = [label, teacher, student].map((each) =>
                data.classes[each]!
              );
              return (
                <li key={image.index}>
                  <button
                    type="button"
                    onClick={() => props.onShow(image)}
                    aria-label={`Show test image ${image.index}: it is ${is}, teacher ${a}, student ${b}`}
                  >
                    <Thumbnail pixels={image.pixels} shape={data.shape} />
                    <span>{is}: {a} | {b}</span>
                  </button>
                </li>
              );
            })}
          </ul>
          <p class="note">Its class: the teacher's answer | the student's.</p>
        </>
      )}
    </section>
  );
}

/** What was counted, as lines of a table. */
function Counted({ images, teacher, student, differ }: Tally) {
  const of = (some: number) => `${(100 * some / images).toFixed(1)} %`;
  return (
    <table class="tally">
      <caption>
        Of {images} test image{images === 1 ? "" : "s"} that both answered
      </caption>
      <tbody>
        {([
          ["teacher right", teacher],
          ["student right", student],
          ["they differ", differ],
        ] as const).map(([title, some]) => (
          <tr>
            <th scope="row">{title}</th>
            <td class="number">{some}</td>
            <td class="number">{of(some)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
