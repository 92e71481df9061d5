/**
 * Who may look: whoever is at this machine, or knows the token.
 *
 * @module
 */

/** Addresses of this machine alone. */
const LOOPBACK = ["127.0.0.1", "localhost", "::1", "[::1]"];

/** Whether an address is reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(host);
}

/** Who may look at a page. */
export interface Access {
  /** Name of the page: browsers keep one token for each, whatever its port. */
  readonly name: string;
  /**
   * What must be known to look; without it, only names of this machine are answered,
   * so that no other site's page can have its own name lead here.
   */
  readonly token: string | undefined;
}

/**
 * What is answered to somebody who may not look, or who has just shown the token;
 * undefined where the request may be answered.
 *
 * @param request The request.
 * @param access Who may look.
 */
export function refusal(
  request: Request,
  { name, token }: Access,
): Response | undefined {
  const url = new URL(request.url);
  if (token === undefined) {
    return isLoopback(url.hostname) ? undefined : text(
      403,
      `This page is for this machine alone; "${url.hostname}" is no name of it`,
    );
  }
  const cookie = `n2n-${name}`;
  const shown = url.searchParams.get("token");
  if (shown !== null && isSame(shown, token)) {
    return new Response(null, {
      status: 303,
      headers: {
        "location": "/",
        "set-cookie":
          `${cookie}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000`,
      },
    });
  }
  const cookies = request.headers.get("cookie") ?? "";
  const kept = cookies.split(/;\s*/).find((each) =>
    each.startsWith(`${cookie}=`)
  )?.slice(cookie.length + 1);
  return kept !== undefined && isSame(kept, token) ? undefined : text(
    403,
    "Open the address with its token, as the command that serves this page printed it",
  );
}

/** A plain answer. */
export function text(status: number, body: string): Response {
  return new Response(`${body}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}

/** Takes as long wherever they differ. */
function isSame(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) {
    difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  }
  return difference === 0;
}
