/**
 * The page as HTML.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { pageShell, type Shell } from "../pages/mod.ts";
import { studentTQuantile } from "../report/mod.ts";
import type { Report } from "./model.ts";

/**
 * Quantiles of Student's t for two-sided 95 % intervals, of 2 seeds and more; beyond
 * the last they hardly fall.
 */
const QUANTILES = Array.from(
  { length: 39 },
  (_, i) => studentTQuantile(0.95, i + 1).toFixed(4),
).join();

/**
 * What the page is about, whatever it has its data from.
 *
 * @param name Name of the results folder, or of the report.
 */
export function viewShell(name: string): Pick<Shell, "title" | "data"> {
  return { title: `n2n: ${name}`, data: { quantiles: `[${QUANTILES}]` } };
}

/** What {@link reportPage} needs. */
export interface ReportPageOptions {
  /** Name of the report, for people. */
  readonly name: string;
  /** All it shows. */
  readonly report: Report;
  /** Script of the page. */
  readonly script: string;
  /** Style of the page. */
  readonly style: string;
}

/**
 * The page with all it shows, as one file that needs nothing else.
 *
 * @param options See {@link ReportPageOptions}.
 */
export function reportPage(
  { name, report, script, style }: ReportPageOptions,
): string {
  const policy = `default-src 'none'; script-src ${
    sourceOf(script)
  }; style-src ${
    sourceOf(style)
  }; img-src data:; base-uri 'none'; form-action 'none'`;
  // "<" ends no script within JSON where it is written so.
  const data = JSON.stringify(report).replaceAll("<", "\\u003c");
  return pageShell({
    ...viewShell(name),
    head:
      `<meta http-equiv="content-security-policy" content="${policy}">\n<style>${style}</style>`,
    body:
      `<script type="application/json" id="report">${data}</script>\n<script>${script}</script>`,
  });
}

/** How a policy names a script or style within the page. */
function sourceOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}
