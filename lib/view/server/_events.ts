import type { Results } from "../data/results.ts";

/** How often the results are looked at while somebody follows them. */
const LOOK_MS = 1000;
/** Looks without news after which a line shows that the server is there. */
const QUIET_LOOKS = 15;
/** After which a page that lost the server asks again. */
const RETRY_MS = 2000;

/** Tells everybody who follows what changed. */
export interface Events {
  /** A stream of server-sent events: "runs" with all summaries, whenever they change. */
  follow(): Response;
  /** Ends all streams. */
  close(): void;
}

/**
 * Follows results for whoever looks; while nobody does, nothing is read.
 *
 * @param results The results.
 */
export function createEvents(results: Results): Events {
  const readers = new Set<ReadableStreamDefaultController<Uint8Array>>();
  const encoder = new TextEncoder();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let runs: Awaited<ReturnType<Results["summaries"]>> = [];
  let last = "";
  let quiet = 0;
  async function state(): Promise<string> {
    let trouble: string | undefined;
    try {
      runs = await results.summaries();
      trouble = results.trouble();
    } catch (error) {
      // What was read before stays on the page, whatever this is: nobody is there
      // to catch it, and it may be over at the next look.
      trouble = error instanceof Error ? error.message : String(error);
    }
    return JSON.stringify(trouble === undefined ? { runs } : { runs, trouble });
  }
  function send(text: string): void {
    const bytes = encoder.encode(text);
    for (const reader of readers) reader.enqueue(bytes);
  }
  async function look(): Promise<void> {
    const now = await state();
    if (now !== last) send(`event: runs\ndata: ${now}\n\n`);
    else if (++quiet % QUIET_LOOKS === 0) send(": still here\n\n");
    last = now;
    if (timer !== undefined) timer = setTimeout(look, LOOK_MS);
  }
  function stop(): void {
    clearTimeout(timer);
    timer = undefined;
  }
  return {
    follow() {
      let own: ReadableStreamDefaultController<Uint8Array>;
      const stream = new ReadableStream<Uint8Array>({
        async start(controller) {
          own = controller;
          const first = await state();
          const hello = `retry: ${RETRY_MS}\nevent: runs\ndata: ${first}\n\n`;
          controller.enqueue(encoder.encode(hello));
          readers.add(controller);
          if (timer !== undefined) return;
          last = first;
          timer = setTimeout(look, LOOK_MS);
        },
        cancel() {
          readers.delete(own);
          if (readers.size === 0) stop();
        },
      });
      return new Response(stream, {
        headers: {
          "content-type": "text/event-stream",
          "cache-control": "no-store",
        },
      });
    },
    close() {
      stop();
      for (const reader of readers) reader.close();
      readers.clear();
    },
  };
}
