import { table } from "../screen.ts";

/** Where something was seen. */
export type Place = "AWS" | "Security Hub" | "Slack" | "Splunk" | "service desk" | "API";

/** What happened to one incident, as it was seen from outside. */
export interface Timeline {
  saw(where: Place, what: string): void;
  /**
   * Asks again and again until there is an answer, and notes when it came. Throws where none comes within the limit, with what was waited for and what asking
   * failed with last.
   */
  seen<Answer>(
    where: Place,
    awaited: string,
    ask: () => Promise<Answer | undefined> | Answer | undefined,
    say: (answer: Answer) => string,
  ): Promise<Answer>;
  /** Seconds since the finding, where it was seen, what happened: a table. */
  told(): string;
}

/** What a timeline is made of. */
export interface TimelineOptions {
  /** Milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly signal: AbortSignal;
  /** Is told what is waited for, and what was seen. */
  readonly onChange?: (what: string) => void;
}

/** Milliseconds between two questions. */
const POLL = 100;
/** How long anything may take: a response takes seconds, and only a broken one minutes. Milliseconds. */
const LIMIT = 120_000;
/** Characters of what happened in a row: with the other columns and the screen's clock, a row has 100. */
const WHAT = 66;

/** Begins a timeline now. */
export function createTimeline({ now, sleep, signal, onChange = () => undefined }: TimelineOptions): Timeline {
  const begun = now();
  const rows: { readonly at: number; readonly where: Place; readonly what: string }[] = [];
  const saw = (where: Place, what: string) => {
    rows.push({ at: now() - begun, where, what });
    onChange(`${where}: ${what}`);
  };
  return {
    saw,
    async seen(where, awaited, ask, say) {
      const deadline = now() + LIMIT;
      let failure = "";
      for (;;) {
        signal.throwIfAborted();
        try {
          const answer = await ask();
          if (answer !== undefined) {
            saw(where, say(answer));
            return answer;
          }
          failure = "";
        } catch (error) {
          failure = `; asking failed last with ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
        }
        if (now() > deadline) {
          throw new Error(`waited ${LIMIT / 1000} s for ${awaited} (${where}), which did not come${failure}`);
        }
        await sleep(POLL);
      }
    },
    told: () =>
      table(
        ["    s", "seen in     ", "what happened"],
        rows.flatMap(({ at, where, what }) =>
          wrapped(what).map((line, index) =>
            index === 0 ? [(at / 1000).toFixed(1).padStart(5), where, line] : ["", "", `  ${line}`],
          ),
        ),
      ),
  };
}

/** A text in lines, broken between words, or within a word that has no line's length. */
function wrapped(text: string): readonly string[] {
  const lines = [""];
  for (const word of text.split(" ").flatMap((one) => one.match(new RegExp(`.{1,${WHAT}}`, "gu")) ?? [])) {
    const last = lines.at(-1) ?? "";
    if (last === "") lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= WHAT) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
