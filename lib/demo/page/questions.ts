/// <reference lib="dom" />
import { useRef, useState } from "preact/hooks";
import { fitted, fromRgba, normalised, type Rgba } from "./image.ts";
import { pause } from "./pause.ts";
import { largest, softmax } from "./predict.ts";
import type { Loaded } from "./source.ts";
import type { Outcome, TestImage } from "./tests.ts";

/** Test images that are answered at once where one is looked for. */
const BATCH = 16;

/** What both networks are asked about. */
export interface Asked {
  /** Pixels as the data set has them. */
  readonly pixels: Uint8Array;
  /** What it is, for people. */
  readonly what: string;
  /** The test image that it is. */
  readonly test?: TestImage;
}

/** And what they said. */
export interface Shown extends Asked {
  /** Probabilities of the teacher's classes, then of the student's. */
  readonly answers: readonly [readonly number[], readonly number[]];
}

/** A test image with what both made of it. */
export interface Answered extends Outcome {
  /** The image. */
  readonly image: TestImage;
}

/** What the page asks, and what came of it. */
export interface Questions {
  /** What was answered last; undefined where the pad is empty. */
  readonly shown: Shown | undefined;
  /** Every test image that both answered, by number. */
  readonly answered: ReadonlyMap<number, Answered>;
  /** Whether one where they differ is being looked for. */
  readonly isLooking: boolean;
  /** What came of that, where nothing was found. */
  readonly found: string;
  /** Asks about a picture of any size. */
  picture(rgba: Rgba, what: string): Promise<void>;
  /** Asks about a test image. */
  test(image: TestImage): Promise<void>;
  /** Asks about the next test image. */
  next(): Promise<void>;
  /** Looks for the next test image of which they give other classes. */
  differing(): Promise<void>;
  /** Stops to look. */
  stop(): void;
  /** Nothing is shown any more. */
  clear(): void;
}

/** Asks both networks, one question after the other. */
export function useQuestions({ demo, answerers, tests }: Loaded): Questions {
  const { data } = demo;
  const [shown, setShown] = useState<Shown>();
  const [answered, setAnswered] = useState<ReadonlyMap<number, Answered>>(
    new Map(),
  );
  const [isLooking, setLooking] = useState(false);
  const [found, setFound] = useState("");
  /** Number of the test image that was shown last. */
  const place = useRef(-1);
  const isStopped = useRef(false);
  const wanted = useRef<Asked>(undefined);
  const isAnswering = useRef(false);
  /** Counts how often the pad was emptied: what was asked before is not shown. */
  const emptied = useRef(0);

  /** Both networks' logits of some images, one behind the other. */
  async function logitsOf(images: readonly Uint8Array[]) {
    const size = images[0]!.length;
    const batch = new Float32Array(images.length * size);
    images.forEach((pixels, i) =>
      batch.set(normalised(pixels, data), i * size)
    );
    return [
      await answerers[0]!.logits(batch, images.length),
      await answerers[1]!.logits(batch, images.length),
    ] as const;
  }

  function count(outcomes: readonly Answered[]): void {
    setAnswered((before) => {
      const after = new Map(before);
      for (const outcome of outcomes) after.set(outcome.image.index, outcome);
      return after;
    });
  }

  async function answer(asked: Asked): Promise<void> {
    const before = emptied.current;
    const [teacher, student] = await logitsOf([asked.pixels]);
    if (emptied.current !== before) return;
    setShown({ ...asked, answers: [softmax(teacher), softmax(student)] });
    if (asked.test === undefined) return;
    count([{
      image: asked.test,
      label: asked.test.label,
      teacher: largest(teacher),
      student: largest(student),
    }]);
  }

  /** While they answer, only the last that is asked then is kept. */
  async function ask(asked: Asked): Promise<void> {
    wanted.current = asked;
    if (isAnswering.current) return;
    isAnswering.current = true;
    try {
      for (let next; (next = wanted.current) !== undefined;) {
        wanted.current = undefined;
        await answer(next);
        await pause();
      }
    } finally {
      isAnswering.current = false;
    }
  }

  function test(image: TestImage): Promise<void> {
    place.current = image.index;
    const total = tests!.count.toLocaleString("en-US");
    const what = `test image ${image.index + 1} of ${total}`;
    return ask({ pixels: image.pixels, what, test: image });
  }

  /** What both make of the test images behind the last one, up to a difference. */
  async function lookOn(most: number): Promise<readonly Answered[]> {
    const from = (place.current + 1) % tests!.count;
    const images = await tests!.some(from, Math.min(BATCH, most));
    const logits = await logitsOf(images.map(({ pixels }) => pixels));
    const outcomes = images.map((image, row): Answered => {
      const [teacher, student] = logits.map((all) => {
        const classes = all.length / images.length;
        return largest(all.subarray(row * classes, (row + 1) * classes));
      });
      const { label } = image;
      return { image, label, teacher: teacher!, student: student! };
    });
    const at = outcomes.findIndex(isDiffering);
    return at < 0 ? outcomes : outcomes.slice(0, at + 1);
  }

  async function look(): Promise<string> {
    isStopped.current = false;
    for (let left = tests!.count; left > 0 && !isStopped.current;) {
      const outcomes = await lookOn(left);
      count(outcomes);
      left -= outcomes.length;
      const last = outcomes.at(-1)!;
      place.current = last.image.index;
      if (isDiffering(last)) {
        await test(last.image);
        return "";
      }
      await pause();
    }
    return isStopped.current
      ? `stopped behind test image ${place.current + 1}`
      : "they agree on all test images";
  }

  return {
    shown,
    answered,
    isLooking,
    found,
    picture(rgba, what) {
      const { pixels } = fitted(fromRgba(rgba, data.shape[0]), data);
      return ask({ pixels, what });
    },
    test,
    async next() {
      setFound("");
      const [next] = await tests!.some((place.current + 1) % tests!.count, 1);
      await test(next!);
    },
    async differing() {
      setFound("");
      setLooking(true);
      try {
        setFound(await look());
      } finally {
        setLooking(false);
      }
    },
    stop() {
      isStopped.current = true;
    },
    clear() {
      emptied.current++;
      wanted.current = undefined;
      setShown(undefined);
    },
  };
}

function isDiffering({ teacher, student }: Outcome): boolean {
  return teacher !== student;
}
