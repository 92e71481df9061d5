/**
 * Where pages lie: each in the folder `page/` of its room, with its script
 * `main.tsx` and its style `page.css`, bundled into `bundle/` beside it.
 *
 * @module
 */

/** The rooms that have a page. */
export const PAGE_ROOMS = ["view", "demo"] as const;

/** One of {@link PAGE_ROOMS}. */
export type PageRoom = typeof PAGE_ROOMS[number];

/** A file or folder of a room. */
export function inRoom(room: PageRoom, path: string): URL {
  return new URL(`../${room}/${path}`, import.meta.url);
}
