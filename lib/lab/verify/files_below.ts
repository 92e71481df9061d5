/**
 * A report that `deno task report` writes beside the results: made of them, of any
 * profiles, and in no repository. It is neither checked nor signed.
 */
const REPORT = /^[^/]+\.html$/;

/** Files below a results folder, sorted, but for hidden ones and reports. */
export async function filesBelow(
  results: string,
  folder = "",
): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (
    const { name, isDirectory } of Deno.readDir(`${results}/${folder}`)
  ) {
    if (name.startsWith(".")) continue;
    const path = folder === "" ? name : `${folder}/${name}`;
    if (isDirectory) paths.push(...await filesBelow(results, path));
    else if (!REPORT.test(path)) paths.push(path);
  }
  return paths.sort();
}
