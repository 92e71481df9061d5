/// <reference lib="dom" />
import { useEffect, useState } from "preact/hooks";
import { Answers, sentence } from "./answers.tsx";
import { useDragged } from "./dragged.ts";
import { Facts } from "./facts.tsx";
import { normalised } from "./image.ts";
import { Pad } from "./pad.tsx";
import { pause } from "./pause.ts";
import { timeInTurn, type Timing } from "./predict.ts";
import { useQuestions } from "./questions.ts";
import { decodePicture, type Loaded } from "./source.ts";
import { TestPanel } from "./test_panel.tsx";
import { Thumbnail } from "./thumbnail.tsx";

/** A sentence is read out when nothing has changed for so long. */
const QUIET_MS = 700;

/** What {@link Demonstration} needs. */
export interface DemonstrationProps {
  readonly loaded: Loaded;
  /** Tells what went wrong; without an error, that all is well again. */
  readonly onTrouble: (what: string, error?: unknown) => void;
}

// deno-lint-ignore house/no-hidden-input -- shown to whoever looks, recorded nowhere
const now = () => performance.now();

/** Both networks, what they are asked, and what they answer. */
export function Demonstration({ loaded, onTrouble }: DemonstrationProps) {
  const { demo, answerers, tests } = loaded;
  const { data } = demo;
  const [, height, width] = data.shape;
  const [timings, setTimings] = useState<readonly Timing[]>();
  const questions = useQuestions(loaded);
  const { shown } = questions;

  function attempt(what: string, work: () => Promise<void>): void {
    onTrouble(what);
    work().catch((error) => onTrouble(what, error));
  }

  const showNext = () => attempt("Cannot show a test image", questions.next);

  function choose(file: File): void {
    attempt(
      `Cannot read "${file.name}" as a picture`,
      async () =>
        questions.picture(await decodePicture(file), `picture ${file.name}`),
    );
  }

  function measure(): void {
    setTimings(undefined);
    attempt("Cannot measure", async () => {
      const pixels = new Uint8Array(data.shape[0] * height * width);
      const image = normalised(pixels, data);
      setTimings(await timeInTurn(answerers, { image, now, pause }));
    });
  }

  useEffect(() => {
    if (tests !== undefined) showNext();
    measure();
  }, []);
  const isDragged = useDragged(choose);
  const props = shown && {
    classes: data.classes,
    answers: shown.answers,
    truth: shown.test?.label,
  };
  const said = props === undefined ? "" : sentence(props);
  return (
    <main class={data.framing ? "drawn" : undefined}>
      {data.framing && (
        <section class="draw" aria-labelledby="draw">
          <h2 id="draw">Draw</h2>
          <Pad
            onDraw={(drawing) =>
              attempt(
                "Cannot answer",
                () => questions.picture(drawing, "your drawing"),
              )}
            onClear={questions.clear}
          />
        </section>
      )}
      <section
        class="told"
        id="answers"
        tabIndex={-1}
        aria-labelledby="answer"
      >
        <h2 id="answer">What they answer</h2>
        <div class="seen">
          {shown && (
            <Thumbnail
              pixels={shown.pixels}
              shape={data.shape}
              label={`What the networks see: ${shown.what}`}
            />
          )}
          <div>
            <p class="said">
              {said ||
                `${
                  data.framing ? "Draw something, choose" : "Choose"
                } a picture, or take a test image.`}
            </p>
            {shown && (
              <p class="note">
                They see {shown.what}, {width} x {height} pixels.
              </p>
            )}
          </div>
        </div>
        <Spoken text={said} />
        {props && <Answers {...props} />}
      </section>
      <div class="more">
        <section aria-labelledby="picture">
          <h2 id="picture">A picture</h2>
          <p class={isDragged ? "drop over" : "drop"}>
            <input
              type="file"
              accept="image/*"
              aria-label="Picture"
              onChange={({ currentTarget }) => {
                const [file] = currentTarget.files ?? [];
                if (file !== undefined) choose(file);
              }}
            />
            <span class="note">
              or drop one on this page: it stays here, brought to {width} x{" "}
              {height}
            </span>
          </p>
        </section>
        <TestPanel
          data={data}
          tests={demo.tests}
          answered={questions.answered}
          isLooking={questions.isLooking}
          found={questions.found}
          onNext={showNext}
          onDiffering={() => attempt("Cannot look on", questions.differing)}
          onStop={questions.stop}
          onShow={(image) =>
            attempt("Cannot show a test image", () => questions.test(image))}
        />
      </div>
      <Facts demo={demo} timings={timings} onMeasure={measure} />
    </main>
  );
}

/** A sentence that is read out once it has stood for a while. */
function Spoken({ text }: { readonly text: string }) {
  const [spoken, setSpoken] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSpoken(text), QUIET_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return <p class="unseen" role="status">{spoken}</p>;
}
