import { basename, resolve } from "node:path";

/** What a name of a folder of pictures begins with. */
const FOLDER = "folder:";

/** Whether a name is that of a folder of pictures, "folder:PATH". */
export function isFolderName(name: string): boolean {
  return name.startsWith(FOLDER);
}

/** The path in the name of a folder of pictures. */
export function folderPath(name: string): string {
  return name.slice(FOLDER.length);
}

/**
 * A data set's name without the place where it lies: "folder:/home/me/birds"
 * becomes "folder:birds". For records, which must not depend on places.
 */
export function placelessName(name: string): string {
  return isFolderName(name)
    ? `${FOLDER}${basename(resolve(folderPath(name)))}`
    : name;
}
