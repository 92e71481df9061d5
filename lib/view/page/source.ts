/// <reference lib="dom" />
/**
 * Where the page has its data from: a server that it follows, or itself.
 *
 * @module
 */

import type { Report, RunCourse, RunSummary, StudentView } from "../model.ts";

/** Whether the page hears of news. */
export type Connection = "following" | "lost" | "report";

/** What the page is told. */
export interface Listener {
  /** All cells. */
  runs(runs: readonly RunSummary[], trouble: string | undefined): void;
  /** Whether the server is heard. */
  connection(state: Connection): void;
}

/** Gives the page what it shows. */
export interface Source {
  /** Starts to tell. */
  follow(listener: Listener): void;
  /** A run's course; undefined where it has none. */
  course(id: string): Promise<RunCourse | undefined>;
  /** A student; undefined where there is none. */
  student(
    run: string,
    stage: number,
    student: number,
  ): Promise<StudentView | undefined>;
}

/** The page's source: what it holds itself, or else its server. */
export function pageSource(): Source {
  const held = document.getElementById("report")?.textContent;
  return held ? reportSource(JSON.parse(held) as Report) : serverSource();
}

function reportSource({ runs, courses, views, students }: Report): Source {
  return {
    follow(listener) {
      listener.runs(runs, undefined);
      listener.connection("report");
    },
    course: (id) => Promise.resolve(courses[id]),
    student: (run, stage, student) =>
      Promise.resolve(views[students[run]?.[stage]?.[student] ?? -1]),
  };
}

function serverSource(): Source {
  return {
    follow(listener) {
      // The browser itself asks again when the server is lost.
      const events = new EventSource("events");
      events.addEventListener("open", () => listener.connection("following"));
      events.addEventListener("error", () => listener.connection("lost"));
      events.addEventListener("runs", (event) => {
        const { runs, trouble } = JSON.parse((event as MessageEvent).data);
        listener.runs(runs, trouble);
      });
    },
    course: (id) => ask(`course?run=${encodeURIComponent(id)}`),
    student: (run, stage, student) =>
      ask(
        `student?run=${
          encodeURIComponent(run)
        }&stage=${stage}&student=${student}`,
      ),
  };
}

async function ask<T>(path: string): Promise<T | undefined> {
  const response = await fetch(path);
  return response.ok ? await response.json() : undefined;
}
