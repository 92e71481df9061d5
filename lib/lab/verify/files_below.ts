/** Files below a folder, sorted, but for hidden ones. */
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
    else paths.push(path);
  }
  return paths.sort();
}
