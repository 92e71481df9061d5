/// <reference lib="dom" />
/**
 * The page: what is there at the left, what is chosen of it at the right.
 *
 * @module
 */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { RunCourse, RunSummary } from "../model.ts";
import type { Brush } from "./chart.tsx";
import { Controls } from "./controls.tsx";
import { CourseCharts } from "./course_charts.tsx";
import { insideOf, Pareto, type Size } from "./pareto.tsx";
import { type Along, type Point, shownRuns } from "./points.ts";
import { Policy } from "./policy.tsx";
import { RunList } from "./run_list.tsx";
import { Status } from "./status.tsx";
import type { Connection, Source } from "./source.ts";
import { StudentDialog } from "./student_dialog.tsx";
import { StudentTable } from "./student_table.tsx";
import { readPlace, type StudentPlace, writePlace } from "./place.ts";

/** The whole page. */
export function App({ source }: { readonly source: Source }) {
  const start = useMemo(readPlace, []);
  const [runs, setRuns] = useState<readonly RunSummary[]>();
  const [trouble, setTrouble] = useState<string>();
  const [connection, setConnection] = useState<Connection>();
  const [asked, setAsked] = useState(start.runs);
  const [opened, setOpened] = useState<StudentPlace | undefined>(start.student);
  const [along, setAlong] = useState<Along>("step");
  const [grouped, setGrouped] = useState(true);
  const [size, setSize] = useState<Size>("parameters");
  const [hovered, setHovered] = useState<Point>();
  const [brush, setBrush] = useState<Brush>();

  useEffect(() =>
    source.follow({
      runs(runs, trouble) {
        setRuns(runs);
        setTrouble(trouble);
      },
      connection: setConnection,
    }), []);
  useEffect(() => writePlace({ runs: asked, student: opened }), [
    asked,
    opened,
  ]);

  const chosen = useMemo(
    () => chooseRuns(runs ?? [], asked),
    [runs, asked],
  );
  const courses = useCourses(source, chosen);
  const shown = useMemo(
    () =>
      shownRuns(chosen.flatMap((summary) => {
        const course = courses.get(summary.id);
        return course === undefined ? [] : [{ summary, course }];
      })),
    [chosen, courses],
  );
  const isChosen = useMemo(() => brush && insideOf(brush, size), [brush, size]);
  const open = (point: Point) =>
    setOpened({
      run: point.id,
      stage: point.stage,
      student: point.student,
    });
  // What does not follow the pointer is not made anew for it.
  const list = useMemo(() => (
    <RunList
      runs={runs}
      chosen={chosen.map(({ id }) => id)}
      colours={new Map(shown.map((run) => [run.summary.id, run.colour]))}
      onChoose={setAsked}
    />
  ), [runs, chosen, shown]);
  const status = useMemo(
    () => chosen.length > 0 && <Status runs={chosen} />,
    [chosen],
  );
  const policy = useMemo(() => <Policy runs={shown} />, [shown]);
  const common = { hovered, onHover: setHovered, onOpen: open };
  return (
    <>
      <a class="skip" href="#main">To the chosen runs</a>
      <header>
        <h1>{document.body.dataset.name}</h1>
        <p class={`connection ${connection ?? "lost"}`} role="status">
          {connectionText(connection)}
        </p>
      </header>
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
      <div class="page">
        {list}
        <main id="main" tabIndex={-1}>
          {status}
          {shown.length > 0 && (
            <>
              <Controls
                {...{ along, setAlong, grouped, setGrouped, size, setSize }}
                canGroup={shown.length > 1}
              />
              <CourseCharts
                runs={shown}
                along={along}
                grouped={grouped && shown.length > 1}
                isChosen={isChosen}
                {...common}
              />
              <Pareto
                runs={shown}
                size={size}
                brush={brush}
                onBrush={setBrush}
                {...common}
              />
              <StudentTable
                runs={shown}
                isChosen={isChosen}
                onClear={() => setBrush(undefined)}
                onHover={setHovered}
                onOpen={open}
              />
              {policy}
            </>
          )}
          {runs !== undefined && shown.length === 0 && (
            <p class="empty">{emptyText(runs, { chosen, courses })}</p>
          )}
        </main>
      </div>
      {opened && (
        <StudentDialog
          source={source}
          place={opened}
          runs={runs ?? []}
          shown={shown}
          onOpen={setOpened}
          onClose={() => setOpened(undefined)}
        />
      )}
    </>
  );
}

function connectionText(connection: Connection | undefined): string {
  switch (connection) {
    case "following":
      return "following";
    case "report":
      return "a report: it does not change";
    case "lost":
      return "server not heard; trying again";
    default:
      return "connecting";
  }
}

function emptyText(
  runs: readonly RunSummary[],
  { chosen, courses }: {
    readonly chosen: readonly RunSummary[];
    readonly courses: ReadonlyMap<string, RunCourse>;
  },
): string {
  if (runs.length === 0) {
    return "Nothing has been run here yet. A search that begins shows up by itself.";
  }
  if (chosen.length === 0) return "Choose a run.";
  const isAwaited = chosen.some(({ id, revision }) =>
    revision !== undefined && !courses.has(id)
  );
  if (isAwaited) return "Its students are on their way.";
  return chosen.some(({ state }) => state === "running")
    ? "The search has not proposed a student yet."
    : "What was chosen keeps no course of its students: its table is in the results folder.";
}

/** Those that were asked for; else what is running, or the last that has a course. */
function chooseRuns(
  runs: readonly RunSummary[],
  asked: readonly string[] | undefined,
): readonly RunSummary[] {
  if (asked !== undefined) {
    return asked.flatMap((id) => runs.find((run) => run.id === id) ?? []);
  }
  const running = runs.filter(({ state }) => state === "running");
  if (running.length > 0) return running.slice(0, 1);
  const first = runs.find(({ revision }) => revision !== undefined);
  return first === undefined ? [] : [first];
}

/** Pause before a course is asked for again. */
const RETRY_MS = 2000;

/** Courses of the chosen runs, asked for until they are there and whenever they change. */
function useCourses(
  source: Source,
  chosen: readonly RunSummary[],
): ReadonlyMap<string, RunCourse> {
  const [courses, setCourses] = useState<ReadonlyMap<string, RunCourse>>(
    new Map(),
  );
  const [tries, setTries] = useState(0);
  const asked = useRef(new Set<string>());
  useEffect(() => {
    for (const { id, revision } of chosen) {
      const key = `${id} ${revision}`;
      if (revision === undefined || asked.current.has(key)) continue;
      if (courses.get(id)?.revision === revision) continue;
      asked.current.add(key);
      source.course(id).then((course) => {
        if (course === undefined) return;
        setCourses((before) => new Map(before).set(id, course));
      }).catch(() => {
        // The server is gone, which the connection tells, or busy.
        setTimeout(() => setTries((before) => before + 1), RETRY_MS);
      }).finally(() => asked.current.delete(key));
    }
  }, [chosen, tries]);
  return courses;
}
