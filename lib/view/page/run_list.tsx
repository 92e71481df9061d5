/// <reference lib="dom" />
/**
 * Every cell with its state, profile by profile.
 *
 * @module
 */

import type { RunState, RunSummary } from "../model.ts";
import { colourName } from "./colours.ts";
import { duration } from "./format.ts";

/** What the list needs. */
export interface RunListProps {
  /** All cells; undefined before they are known. */
  readonly runs: readonly RunSummary[] | undefined;
  /** Ids of those that are shown. */
  readonly chosen: readonly string[];
  /** Colours of those. */
  readonly colours: ReadonlyMap<string, number>;
  readonly onChoose: (ids: readonly string[]) => void;
}

const WORDS: Readonly<Record<RunState, string>> = {
  running: "running",
  waiting: "waiting",
  silent: "not heard of",
  interrupted: "interrupted",
  failed: "failed",
  done: "done",
  "not run": "not run",
};

/** Every cell. */
export function RunList(
  { runs = [], chosen, colours, onChoose }: RunListProps,
) {
  const profiles = Map.groupBy(
    runs,
    ({ question, profile }) => `${question} · ${profile}`,
  );
  const isOn = (group: readonly RunSummary[]) =>
    group.some(({ state }) => state === "running");
  const sorted = [...profiles].toSorted(([, a], [, b]) =>
    Number(isOn(b)) - Number(isOn(a))
  );
  function toggle(id: string) {
    onChoose(
      chosen.includes(id)
        ? chosen.filter((each) => each !== id)
        : [...chosen, id],
    );
  }
  return (
    <nav class="runs" aria-label="Runs">
      {sorted.map(([title, group]) => {
        const known = group.filter(({ state }) => state !== "not run");
        const others = group.filter(({ state }) => state === "not run");
        const isShown = isOn(group) ||
          group.some(({ id }) => chosen.includes(id));
        return (
          <details key={title} open={isShown}>
            <summary>
              <h2>{title}</h2>
              <span class="number">{countText(group)}</span>
            </summary>
            <ul>
              {known.map((run) => (
                <Row
                  key={run.id}
                  run={run}
                  isChosen={chosen.includes(run.id)}
                  colour={colours.get(run.id)}
                  onOnly={() => onChoose([run.id])}
                  onToggle={() => toggle(run.id)}
                />
              ))}
            </ul>
            {others.length > 0 && (
              <details class="others">
                <summary>{others.length} not run</summary>
                <ul>
                  {others.map(({ id, cell, reason }) => (
                    <li key={id}>
                      {cell}
                      {reason && <span class="reason">{reason}</span>}
                    </li>
                  ))}
                </ul>
              </details>
            )}
          </details>
        );
      })}
    </nav>
  );
}

function countText(group: readonly RunSummary[]): string {
  const cells = group.filter(({ search }) => search === undefined);
  const done = cells.filter(({ state }) => state === "done").length;
  return `${done} of ${cells.length} done`;
}

interface RowProps {
  readonly run: RunSummary;
  readonly isChosen: boolean;
  readonly colour: number | undefined;
  readonly onOnly: () => void;
  readonly onToggle: () => void;
}

function Row({ run, isChosen, colour, onOnly, onToggle }: RowProps) {
  const { cell, search, state, reason, phase, share, revision } = run;
  const within = search === undefined ? "" : "within";
  return (
    <li class={isChosen ? `chosen ${within}` : within}>
      <input
        type="checkbox"
        checked={isChosen}
        disabled={revision === undefined}
        aria-label={`Show ${cell} with the others`}
        onChange={onToggle}
        style={colour === undefined
          ? {}
          : { accentColor: `var(${colourName(colour)})` }}
      />
      <button
        type="button"
        class="link"
        aria-current={isChosen}
        onClick={onOnly}
      >
        {search ?? cell}
      </button>
      <span class={`state ${state.replace(" ", "-")}`}>{WORDS[state]}</span>
      {share !== undefined && (
        <progress max={1} value={share} aria-label={`Progress of ${cell}`} />
      )}
      {phase && (
        <span class="reason">
          {phase.label} {phase.done}/{phase.total} {phase.unit},{" "}
          {duration(phase.seconds)} left
        </span>
      )}
      {reason && <span class="reason">{reason}</span>}
    </li>
  );
}
