/**
 * Serves the page.
 *
 * @module
 */

import {
  type Listening,
  pageAssets,
  type ServedPage,
  servedShell,
  servePage,
  text,
  typed,
} from "../../pages/mod.ts";
import { StoreError } from "../../store/mod.ts";
import type { Results } from "../data/results.ts";
import { viewShell } from "../html.ts";
import { createEvents } from "./_events.ts";

/** What {@link serveView} needs. */
export interface ServeOptions extends Listening {
  /** The results that are shown. */
  readonly results: Results;
  /** Name of their folder, for people. */
  readonly folder: string;
}

/**
 * Starts to serve the page.
 *
 * @param options See {@link ServeOptions}.
 */
export async function serveView(
  { results, folder, ...listening }: ServeOptions,
): Promise<ServedPage> {
  const { script, style } = await pageAssets("view");
  const events = createEvents(results);
  const page = servedShell(viewShell(folder));
  await results.summaries();
  function answer({ pathname, searchParams }: URL): Response | undefined {
    const run = searchParams.get("run") ?? "";
    switch (pathname) {
      case "/":
        return typed("text/html", page);
      case "/page.js":
        return typed("text/javascript", script);
      case "/page.css":
        return typed("text/css", style);
      case "/events":
        return events.follow();
      case "/course":
        return json(results.course(run));
      case "/student":
        return json(results.student(run, {
          stage: Number(searchParams.get("stage")),
          student: Number(searchParams.get("student")),
        }));
    }
  }
  const served = servePage({
    ...listening,
    answer(url) {
      try {
        return answer(url);
      } catch (error) {
        if (error instanceof StoreError) return text(503, error.message);
        throw error;
      }
    },
  });
  return {
    port: served.port,
    async close() {
      events.close();
      await served.close();
    },
  };
}

function json(value: unknown): Response {
  return value === undefined
    ? text(404, "There is no such run or student")
    : typed("application/json", JSON.stringify(value));
}
