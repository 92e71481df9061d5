/// <reference lib="dom" />
/**
 * How the chosen runs are: state, time, cost, forecast against truth.
 *
 * @module
 */

import type { PartView, RunSummary } from "../model.ts";
import { count, duration } from "./format.ts";

/** The chosen runs. */
export function Status({ runs }: { readonly runs: readonly RunSummary[] }) {
  const [first] = runs;
  return (
    <section class="status" aria-labelledby="status">
      <h2 id="status">
        {runs.length === 1
          ? first!.subject ?? first!.cell
          : `${runs.length} runs`}
      </h2>
      {runs.length === 1 && <Headline run={first!} />}
      <div class="scroll" tabIndex={0} role="region" aria-label="Cost">
        <table>
          <thead>
            <tr>
              {runs.length > 1 && <th scope="col">run</th>}
              {runs.length > 1 && <th scope="col">state</th>}
              {COLUMNS.map(([title]) => (
                <th scope="col" class="number">{title}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <tr>
                {runs.length > 1 && <th scope="row">{run.cell}</th>}
                {runs.length > 1 && <td>{stateText(run)}</td>}
                {COLUMNS.map(([, value]) => (
                  <td class="number">{value(run) ?? "–"}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Forecasts runs={runs.filter(({ parts }) => parts.length > 0)} />
    </section>
  );
}

/** Of a student, where the run proposes any. */
const ofSearch = (
  of: (cost: NonNullable<RunSummary["cost"]>) => number | undefined,
) =>
({ cost }: RunSummary) => {
  const value = cost === undefined || cost.proposed === 0
    ? undefined
    : of(cost);
  return value === undefined ? undefined : count(value);
};

const COLUMNS: readonly (readonly [
  title: string,
  value: (run: RunSummary) => string | undefined,
])[] = [
  ["proposed", ofSearch(({ proposed }) => proposed)],
  ["no student", ofSearch(({ rejected }) => rejected)],
  ["repeated", ofSearch(({ repeated }) => repeated)],
  ["distinct", ofSearch(({ trained }) => trained)],
  ["failed", ofSearch(({ failed }) => failed)],
  ["student-epochs", ofSearch(({ studentEpochs }) => studentEpochs)],
  ["from memory", ofSearch(({ remembered }) => remembered)],
  [
    "worker time",
    ({ cost }) =>
      cost?.workerSeconds === undefined
        ? undefined
        : duration(cost.workerSeconds),
  ],
  [
    "wall time",
    ({ cost }) =>
      cost?.wallSeconds === undefined ? undefined : duration(cost.wallSeconds),
  ],
];

function Headline({ run }: { readonly run: RunSummary }) {
  const { cell, state, phase, share, seconds, workers, reason } = run;
  return (
    <p class="headline">
      <span class={`state ${state.replace(" ", "-")}`}>{stateText(run)}</span>
      {" "}
      {cell}
      {phase && (
        <>
          {": "}
          {phase.label} {phase.done} of {phase.total} {phase.unit},{" "}
          {duration(phase.seconds)} left
        </>
      )}
      {seconds !== undefined && `; all in ${duration(seconds)}`}
      {workers !== undefined &&
        `, ${workers} ${workers === 1 ? "worker" : "workers"}`}
      {share !== undefined && (
        <progress max={1} value={share} aria-label="Progress of the run" />
      )}
      {reason && <span class="reason">{reason}</span>}
    </p>
  );
}

function stateText({ state, silentSeconds }: RunSummary): string {
  if (state !== "silent") return state;
  return silentSeconds === undefined || silentSeconds === 0
    ? "not heard of"
    : `not heard of for ${duration(silentSeconds)}`;
}

function Forecasts({ runs }: { readonly runs: readonly RunSummary[] }) {
  if (runs.length === 0) return null;
  const isLive = runs.length === 1 && runs[0]!.state === "running";
  return (
    <details class="forecast" open={isLive}>
      <summary>Forecast and truth</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label="Forecast">
        <table>
          <thead>
            <tr>
              {runs.length > 1 && <th scope="col">run</th>}
              <th scope="col">part</th>
              <th scope="col" class="number">foreseen</th>
              <th scope="col" class="number">took</th>
              <th scope="col" class="number">foreseen for that work</th>
              <th scope="col" class="number">ratio</th>
            </tr>
          </thead>
          <tbody>
            {runs.flatMap(({ cell, parts }) =>
              parts.map((part, i) => (
                <Part
                  part={part}
                  {...(runs.length === 1 ? {} : { cell: i > 0 ? "" : cell })}
                />
              ))
            )}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function Part(
  { part: { name, foreseen, measured, expected }, cell }: {
    readonly part: PartView;
    readonly cell?: string;
  },
) {
  const time = (seconds: number | undefined) =>
    seconds === undefined ? "–" : duration(seconds);
  return (
    <tr>
      {cell !== undefined && <td>{cell}</td>}
      <th scope="row">{name}</th>
      <td class="number">{time(foreseen)}</td>
      <td class="number">{time(measured)}</td>
      <td class="number">{time(expected)}</td>
      <td class="number">
        {measured === undefined || !expected
          ? "–"
          : (measured / expected).toFixed(2)}
      </td>
    </tr>
  );
}
