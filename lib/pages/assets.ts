import { inRoom, type PageRoom } from "./rooms.ts";

/** The script and the style of a page, each as one file. */
export interface PageAssets {
  /** `bundle/page.js` */
  readonly script: string;
  /** `bundle/page.css` */
  readonly style: string;
}

/** Script and style of a room's page, as the bundler made them. */
export async function pageAssets(room: PageRoom): Promise<PageAssets> {
  const [script, style] = await Promise.all(
    ["page.js", "page.css"].map((name) =>
      Deno.readTextFile(inRoom(room, `bundle/${name}`))
    ),
  );
  return { script: script!, style: style! };
}
