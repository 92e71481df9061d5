/**
 * A real browser for tests, where there is one.
 *
 * @module
 */

import { type Browser, chromium, type Page } from "playwright-core";

/** Names under which Chromium is installed. */
const NAMES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** Where Chromium is; undefined where there is none. */
export function findChromium(): string | undefined {
  return NAMES.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** A page that is watched. */
export interface Watched {
  /** The page. */
  readonly page: Page;
  /** What its console complained of, and requests to elsewhere; must stay empty. */
  readonly complaints: string[];
}

/** Runs a test in a browser of its own. */
export async function inBrowser(
  path: string,
  test: (browser: Browser) => Promise<void>,
): Promise<void> {
  const browser = await chromium.launch({
    executablePath: path,
    // Chromium's own sandbox refuses to be run as root, as CI does.
    args: ["--no-sandbox"],
  });
  try {
    await test(browser);
  } finally {
    await browser.close();
  }
}

/** Opens a page and watches it. */
export async function watch(browser: Browser): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    // That the server is gone for a while is a part of the test.
    const isLost = /ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING)/
      .test(message.text());
    if (message.type() === "error" && !isLost) complaints.push(message.text());
  });
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    const isOwn = hostname === "127.0.0.1" ||
      ["data:", "blob:", "file:"].includes(protocol);
    if (!isOwn) complaints.push(`asked for ${request.url()}`);
  });
  return { page, complaints };
}
