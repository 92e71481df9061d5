/// <reference lib="dom" />
import type { Demo, DemoNetwork } from "../model.ts";
import type { Timing } from "./predict.ts";

/** What {@link Facts} shows. */
export interface FactsProps {
  readonly demo: Demo;
  /** Of teacher and student; undefined while they are measured. */
  readonly timings: readonly Timing[] | undefined;
  /** Measures once more. */
  readonly onMeasure: () => void;
}

/** A line of the table: a number of both networks. */
interface Line {
  readonly title: string;
  readonly values: readonly [string, string];
  /** How much smaller the student is. */
  readonly ratio: string;
}

const count = (value: number) =>
  value.toLocaleString("en-US", { maximumFractionDigits: 0 });

const kilobytes = (value: number) => `${count(value / 1000)} kB`;

const percent = (value: number) => `${(100 * value).toFixed(2)} %`;

function times(larger: number, smaller: number): string {
  const ratio = larger / smaller;
  return `${ratio.toFixed(ratio >= 10 ? 0 : 1)}x`;
}

function linesOf(
  { teacher, student }: Demo,
  timings: readonly Timing[] | undefined,
): readonly Line[] {
  const sizes = (
    [
      ["parameters", "parameters", count],
      ["MACs", "macs", count],
      ["ONNX file", "bytes", kilobytes],
    ] as const satisfies readonly (readonly [
      string,
      keyof DemoNetwork,
      (value: number) => string,
    ])[]
  ).map(([title, key, format]): Line => ({
    title,
    values: [format(teacher[key]), format(student[key])],
    ratio: times(teacher[key], student[key]),
  }));
  const [slow, fast] = timings ?? [];
  return [
    ...sizes,
    {
      title: "ms an image, here",
      values: slow === undefined
        ? ["…", "…"]
        : [slow.ms.toFixed(2), fast!.ms.toFixed(2)],
      ratio: slow === undefined ? "" : times(slow.ms, fast!.ms),
    },
    {
      title: "test accuracy, recorded",
      values: [percent(teacher.accuracy), percent(student.accuracy)],
      ratio: "",
    },
  ];
}

/** What both networks are: sizes, speed, accuracy. */
export function Facts({ demo, timings, onMeasure }: FactsProps) {
  const { teacher, student } = demo;
  const runs = timings?.[0]?.runs;
  return (
    <section class="about" aria-labelledby="facts">
      <h2 id="facts">The two networks</h2>
      <div class="scroll">
        <table class="facts">
          <thead>
            <tr>
              <td />
              <th scope="col" class="number">teacher</th>
              <th scope="col" class="number">student</th>
              <th scope="col" class="number">less</th>
            </tr>
          </thead>
          <tbody>
            {linesOf(demo, timings).map(({ title, values, ratio }) => (
              <tr key={title}>
                <th scope="row">{title}</th>
                {[...values, ratio].map((value) => (
                  <td class="number">{value}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="controls">
        <button
          type="button"
          disabled={timings === undefined}
          onClick={onMeasure}
        >
          Measure again
        </button>
        <span role="status">
          {runs === undefined
            ? "measuring …"
            : `median of ${runs} measurements in turn, one thread`}
        </span>
      </p>
      <dl class="networks">
        {(["teacher", "student"] as const).map((who) => {
          const { name, source, layers } = who === "teacher"
            ? teacher
            : student;
          return (
            <>
              <dt>{who}</dt>
              <dd>
                {name}
                <span class="note">{source}</span>
                <code>{layers}</code>
              </dd>
            </>
          );
        })}
      </dl>
    </section>
  );
}
