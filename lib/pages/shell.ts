/** What a page is about. */
export interface Shell {
  /** Its title, for people. */
  readonly title: string;
  /** What its script reads from the body's `data-` attributes. */
  readonly data?: Readonly<Record<string, string>>;
  /** HTML behind the title. */
  readonly head: string;
  /** HTML at the end of the body. */
  readonly body: string;
}

/**
 * A page that its script fills: an element `#page`, and a word to whoever has no
 * scripts.
 *
 * @param shell What it is about.
 */
export function pageShell({ title, data = {}, head, body }: Shell): string {
  const attributes = Object.entries({ name: title, ...data })
    .map(([key, value]) => ` data-${key}="${escapeHtml(value)}"`).join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
${head}
</head>
<body${attributes}>
<noscript>This page draws with JavaScript, which is switched off here.</noscript>
<div id="page"></div>
${body}
</body>
</html>
`;
}

/**
 * A page whose script and style lie beside it: `page.js` and `page.css`.
 *
 * @param shell Its title and data.
 */
export function servedShell(shell: Pick<Shell, "title" | "data">): string {
  return pageShell({
    ...shell,
    head: `<link rel="stylesheet" href="page.css">`,
    body: `<script src="page.js" defer></script>`,
  });
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
    .replaceAll('"', "&quot;");
}
