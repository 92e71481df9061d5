/** A server on this machine that fails as it is told. */

type Bytes = Uint8Array<ArrayBuffer>;

/** How one request is answered. */
export interface Answer {
  /** The file; none gives a request that is never answered. */
  readonly bytes?: Bytes;
  /** Instead of the file. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether Range is understood; "always": even when If-Range says no. */
  readonly ranges?: boolean | "always";
  /** Bytes of this answer after which nothing more comes. */
  readonly stopAfter?: number;
  /** What happens then; "cut" when left out. */
  readonly stop?: "cut" | "silence";
  /** Whether the length is left out. */
  readonly isChunked?: boolean;
}

/** What the server has seen and done. */
export interface Asked {
  readonly path: string;
  readonly range: string | null;
  readonly ifRange: string | null;
  /** Bytes of the file that were handed out. */
  sent: number;
}

/** A running server. */
export interface FileServer {
  /** Without a slash at the end. */
  readonly origin: string;
  readonly asked: readonly Asked[];
}

/**
 * Runs a test beside a server.
 *
 * @param answer How a request is answered, by its number from 0 and its path.
 */
export async function withServer(
  answer: (number: number, path: string) => Answer,
  test: (server: FileServer) => Promise<void>,
): Promise<void> {
  const asked: Asked[] = [];
  const over = Promise.withResolvers<Response>();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    ({ url, headers }) => {
      const seen: Asked = {
        path: new URL(url).pathname,
        range: headers.get("range"),
        ifRange: headers.get("if-range"),
        sent: 0,
      };
      asked.push(seen);
      const wanted = answer(asked.length - 1, seen.path);
      if (wanted.bytes !== undefined) return respond(wanted, seen);
      return wanted.status === undefined
        ? over.promise
        : new Response("no file", { status: wanted.status });
    },
  );
  try {
    await test({ origin: `http://127.0.0.1:${server.addr.port}`, asked });
  } finally {
    over.resolve(new Response());
    await server.shutdown();
  }
}

function respond(answer: Answer, asked: Asked): Response {
  const { bytes: file, ranges = true, headers = {} } = answer;
  const total = file!.length;
  const validator = headers["etag"] ?? headers["last-modified"];
  const from = Number(/^bytes=(\d+)-$/.exec(asked.range ?? "")?.[1] ?? NaN);
  const isPart = from >= 0 &&
    (ranges === "always" || ranges && asked.ifRange === validator);
  if (isPart && from >= total) return new Response("", { status: 416 });
  const body = isPart ? file!.subarray(from) : file!;
  return new Response(streamOf(body, answer, asked), {
    status: isPart ? 206 : 200,
    headers: {
      ...headers,
      ...answer.isChunked ? {} : { "content-length": `${body.length}` },
      ...isPart
        ? { "content-range": `bytes ${from}-${total - 1}/${total}` }
        : {},
    },
  });
}

function streamOf(
  body: Bytes,
  { stopAfter = Infinity, stop = "cut" }: Answer,
  asked: Asked,
): ReadableStream<Bytes> {
  const end = Math.min(stopAfter, body.length);
  let closed: () => void;
  return new ReadableStream({
    async pull(controller) {
      if (asked.sent < end) {
        const piece = body.slice(
          asked.sent,
          Math.min(asked.sent + 10_000, end),
        );
        asked.sent += piece.length;
        controller.enqueue(piece);
        return;
      }
      if (end < body.length && stop === "silence") {
        await new Promise<void>((resolve) => closed = resolve);
        return;
      }
      // Before the length that was announced, this cuts the connection.
      controller.close();
    },
    cancel: () => closed?.(),
  }, { highWaterMark: 0 });
}
