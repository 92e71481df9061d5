/**
 * Serves a page to whoever may look.
 *
 * @module
 */

import { type Access, refusal, text } from "./access.ts";

/** Where a page listens, and who may look. */
export interface Listening extends Access {
  /** Address to listen at. */
  readonly hostname: string;
  /** Port; 0 takes a free one. */
  readonly port: number;
}

/** What {@link servePage} needs. */
export interface ServePageOptions extends Listening {
  /** What the page may run beside its own script, as its policy names it. */
  readonly scripts?: string;
  /**
   * Answers a request of somebody who may look; undefined where there is nothing.
   */
  readonly answer: (
    url: URL,
  ) => Response | undefined | Promise<Response | undefined>;
}

/** A page that is served. */
export interface ServedPage {
  /** Where it listens. */
  readonly port: number;
  /** Stops serving. */
  close(): Promise<void>;
}

/** Nothing from elsewhere, no script but the page's own. */
function headersOf(scripts = ""): Readonly<Record<string, string>> {
  return {
    "content-security-policy": `default-src 'none'; script-src 'self'${
      scripts && ` ${scripts}`
    }; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  };
}

/**
 * Starts to serve a page, which is only read.
 *
 * @param options See {@link ServePageOptions}.
 * @throws {Deno.errors.AddrInUse} If something else listens there.
 * @throws {Deno.errors.AddrNotAvailable} If the address is not this machine's.
 */
export function servePage(
  { hostname, port, scripts, answer, ...access }: ServePageOptions,
): ServedPage {
  const headers = headersOf(scripts);
  async function respond(request: Request): Promise<Response> {
    const refused = refusal(request, access);
    if (refused !== undefined) return refused;
    if (request.method !== "GET") return text(405, "This page is only read");
    return await answer(new URL(request.url)) ??
      text(404, "There is nothing here");
  }
  const server = Deno.serve(
    { hostname, port, onListen() {} },
    async (request) => {
      const response = await respond(request);
      for (const [key, value] of Object.entries(headers)) {
        response.headers.set(key, value);
      }
      return response;
    },
  );
  return {
    port: server.addr.port,
    close: () => server.shutdown(),
  };
}

/** An answer that is asked for anew each time. */
export function typed(
  type: string,
  body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
): Response {
  const isText = typeof body === "string";
  return new Response(body, {
    headers: {
      "content-type": `${type}${isText ? "; charset=utf-8" : ""}`,
      "cache-control": "no-cache",
    },
  });
}
