/// <reference lib="dom" />
import { useEffect, useState } from "preact/hooks";
import { Demonstration } from "./demonstration.tsx";
import { load, type Loaded } from "./source.ts";

/** The whole page. */
export function App() {
  const [loaded, setLoaded] = useState<Loaded>();
  const [trouble, setTrouble] = useState<string>();
  useEffect(() => {
    load().then(setLoaded).catch((error) =>
      setTrouble(`Cannot load the networks: ${wordsOf(error)}`)
    );
  }, []);
  return (
    <>
      <a class="skip" href="#answers">To the answers</a>
      <header>
        <h1>
          Teacher and student{loaded && `: ${loaded.demo.data.title}`}
        </h1>
        <p class="note" role="status">
          {loaded
            ? "everything is computed in this browser"
            : trouble
            ? ""
            : "loading the networks …"}
        </p>
      </header>
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
      {loaded?.demo.note && <p class="remark">{loaded.demo.note}</p>}
      {loaded && (
        <Demonstration
          loaded={loaded}
          onTrouble={(what, error) =>
            setTrouble(
              error === undefined ? undefined : `${what}: ${wordsOf(error)}`,
            )}
        />
      )}
    </>
  );
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
