/**
 * What all pages share: who may look, the server, the frame of HTML, the look
 * (`base.css`), and the bundles (`build.ts`, which `deno task page` runs).
 *
 * @module
 */
export * from "./access.ts";
export * from "./assets.ts";
export * from "./present.ts";
export { PAGE_ROOMS, type PageRoom } from "./rooms.ts";
export * from "./serve.ts";
export * from "./shell.ts";
