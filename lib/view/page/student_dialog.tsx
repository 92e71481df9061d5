/// <reference lib="dom" />
/**
 * A student, opened.
 *
 * @module
 */

import { useEffect, useRef, useState } from "preact/hooks";
import type {
  AgainView,
  RunCourse,
  RunSummary,
  SharedTraining,
  StudentView,
} from "../model.ts";
import { bytes, count, percent, short, times } from "./format.ts";
import { LayerTable } from "./layer_table.tsx";
import type { StudentPlace } from "./place.ts";
import { type Point, type ShownRun, shownRuns } from "./points.ts";
import type { Source } from "./source.ts";
import { Trainings } from "./trainings.tsx";

/** What a dialog of a student needs. */
export interface StudentDialogProps {
  readonly source: Source;
  readonly place: StudentPlace;
  readonly runs: readonly RunSummary[];
  readonly shown: readonly ShownRun[];
  readonly onOpen: (place: StudentPlace) => void;
  readonly onClose: () => void;
}

/** A student, opened: the rest of the page waits behind it. */
export function StudentDialog(
  { source, place, runs, shown, onOpen, onClose }: StudentDialogProps,
) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [view, setView] = useState<StudentView | null>();
  useEffect(() => {
    if (!dialog.current!.open) dialog.current!.showModal();
  }, []);
  const [course, setCourse] = useState<RunCourse>();
  useEffect(() => {
    let isOver = false;
    source.course(place.run)
      .then((found) => !isOver && setCourse(found))
      .catch(() => !isOver && setView(null));
    return () => isOver = true;
  }, [place.run]);
  useEffect(() => {
    let isOver = false;
    setView(undefined);
    source.student(place.run, place.stage, place.student)
      .then((found) => !isOver && setView(found ?? null))
      .catch(() => !isOver && setView(null));
    return () => isOver = true;
  }, [place.run, place.stage, place.student]);
  const summary = runs.find(({ id }) => id === place.run);
  // A run that shares its training need not be among those that are shown.
  const own = shown.find(({ summary }) => summary.id === place.run) ??
    (summary && course && shownRuns([{ summary, course }])[0]);
  const point = own?.points.find(({ stage, student }) =>
    stage === place.stage && student === place.student
  );
  const teacher = course?.teacher;
  const cell = summary?.cell ?? place.run;
  return (
    <dialog ref={dialog} aria-labelledby="student" onClose={onClose}>
      <form method="dialog" class="close">
        <button type="submit">Close</button>
      </form>
      <h2 id="student">Student {point?.name ?? ""}</h2>
      <p class="note">
        {cell}
        {point && `, ${point.stageKind}, iteration ${point.iteration + 1}`}
        {point?.isWinner && ", the stage's winner"}
      </p>
      {point && <Facts point={point} />}
      {view === undefined && <p>Asking for its layers …</p>}
      {view === null && (
        <p role="alert">
          This student cannot be shown: the server does not have it.
        </p>
      )}
      {view && (
        <>
          {teacher && (
            <LayerTable
              teacher={teacher}
              view={view}
            />
          )}
          <Trainings trainings={view.trainings} />
          <Shared view={view} place={place} runs={runs} onOpen={onOpen} />
          <Again again={course?.again} />
        </>
      )}
    </dialog>
  );
}

function Facts({ point }: { readonly point: Point }) {
  const { reward, accuracy, parameters, compression, macs, latency } = point;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["reward", reward.toFixed(4)],
    ["validation accuracy", accuracy === null ? undefined : percent(accuracy)],
    ["parameters", parameters === null ? undefined : count(parameters)],
    ["compression", compression === null ? undefined : times(compression)],
    ["MACs", macs === null ? undefined : short(macs)],
    ["activations", point.bytes === null ? undefined : bytes(point.bytes)],
    ["latency", latency === null ? undefined : `${latency.toFixed(2)} ms`],
    ["breaks", point.kind === "over a limit" ? point.reason ?? "" : undefined],
  ];
  return (
    <dl class="facts">
      {facts.flatMap(([name, value]) =>
        value === undefined ? [] : [
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>,
        ]
      )}
    </dl>
  );
}

function Shared(
  { view: { shared }, place, runs, onOpen }: {
    readonly view: StudentView;
    readonly place: StudentPlace;
    readonly runs: readonly RunSummary[];
    readonly onOpen: (place: StudentPlace) => void;
  },
) {
  const nameOf = ({ run }: SharedTraining) =>
    run === place.run
      ? "this run"
      : runs.find(({ id }) => id === run)?.cell ?? run;
  const all = shared.reduce((sum, { times }) => sum + times, 0);
  return (
    <section aria-labelledby="shared">
      <h3 id="shared">Where its training is remembered from</h3>
      <p class="note">
        {all <= 1
          ? "It was proposed once, and trained for that."
          : `It was proposed ${all} times and trained once, for whoever came first.`}
      </p>
      {all > 1 && (
        <ul class="shared">
          {shared.map((group) => (
            <li key={`${group.run} ${group.stage}`}>
              <button
                type="button"
                class="link"
                onClick={() => onOpen(group)}
              >
                {nameOf(group)}, stage {group.stage + 1}, iteration{" "}
                {group.iteration + 1}
              </button>
              {group.times > 1 && ` and ${group.times - 1} more`}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Again({ again }: { readonly again: AgainView | undefined }) {
  return (
    <section aria-labelledby="again">
      <h3 id="again">Train it again</h3>
      {again === undefined
        ? (
          <p class="note">
            Its run had options of its own that are not recorded as a command.
          </p>
        )
        : (
          <>
            <p class="note">
              As a part of its run, in a folder that remembers nothing. To the
              same bits it takes {again.engine}
              {again.teacher !== undefined && (
                <>
                  {" "}and the teacher whose weights have the SHA-256{" "}
                  {again.teacher.slice(0, 12)}, from results/teachers; from
                  elsewhere it has to be copied to results-again/teachers first
                </>
              )}:
            </p>
            <pre tabIndex={0}>{again.command}</pre>
            <button
              type="button"
              onClick={() => navigator.clipboard?.writeText(again.command)}
            >
              Copy
            </button>
          </>
        )}
    </section>
  );
}
