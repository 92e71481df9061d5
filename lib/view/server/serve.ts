/**
 * Serves the page.
 *
 * @module
 */

import { StoreError } from "../../store/mod.ts";
import type { Results } from "../data/results.ts";
import { livePage } from "../html.ts";
import { refusal, text } from "./access.ts";
import { pageAssets } from "./assets.ts";
import { createEvents } from "./_events.ts";

/** What {@link serveView} needs. */
export interface ServeOptions {
  /** The results that are shown. */
  readonly results: Results;
  /** Name of their folder, for people. */
  readonly name: string;
  /** Address to listen at. */
  readonly hostname: string;
  /** Port; 0 takes a free one. */
  readonly port: number;
  /** What must be known to look; undefined on addresses of this machine alone. */
  readonly token: string | undefined;
}

/** A page that is served. */
export interface ServedView {
  /** Where it listens. */
  readonly port: number;
  /** Stops serving, and ends all streams. */
  close(): Promise<void>;
}

/** Nothing from elsewhere, no script but the page's own. */
const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/**
 * Starts to serve the page.
 *
 * @param options See {@link ServeOptions}.
 */
export async function serveView(
  { results, name, hostname, port, token }: ServeOptions,
): Promise<ServedView> {
  const { script, style } = await pageAssets();
  const events = createEvents(results);
  const page = livePage(name);
  await results.summaries();
  function answer(request: Request): Response {
    const refused = refusal(request, token);
    if (refused !== undefined) return refused;
    if (request.method !== "GET") return text(405, "This page is only read");
    const { pathname, searchParams } = new URL(request.url);
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
      default:
        return text(404, "There is nothing here");
    }
  }
  function answerOrSay(request: Request): Response {
    try {
      return answer(request);
    } catch (error) {
      if (error instanceof StoreError) return text(503, error.message);
      throw error;
    }
  }
  const server = Deno.serve(
    { hostname, port, onListen() {} },
    (request) => {
      const response = answerOrSay(request);
      for (const [key, value] of Object.entries(HEADERS)) {
        response.headers.set(key, value);
      }
      return response;
    },
  );
  return {
    port: server.addr.port,
    async close() {
      events.close();
      await server.shutdown();
    },
  };
}

function typed(type: string, body: string): Response {
  return new Response(body, {
    headers: {
      "content-type": `${type}; charset=utf-8`,
      "cache-control": "no-cache",
    },
  });
}

function json(value: unknown): Response {
  return value === undefined
    ? text(404, "There is no such run or student")
    : typed("application/json", JSON.stringify(value));
}
