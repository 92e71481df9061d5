/** Files of the page: text by path, with its type. */
export interface Asset {
  /** Its MIME type. */
  readonly type: string;
  /** Its content. */
  readonly text: string;
}

const BUNDLE = new URL("../bundle/", import.meta.url);

/** Script and style of the page, as the bundler made them. */
export async function pageAssets(): Promise<
  { readonly script: string; readonly style: string }
> {
  const [script, style] = await Promise.all(
    ["page.js", "page.css"].map((name) =>
      Deno.readTextFile(new URL(name, BUNDLE))
    ),
  );
  return { script: script!, style: style! };
}
