/** Where the demo tells what it does: finished lines above, live lines below that are drawn again as they change. */
export interface Screen {
  /** A line that stays. */
  say(text: string): void;
  /** A line that changes until it is closed; where the output is no terminal, it is printed now and then. */
  line(label: string): LiveLine;
  close(): void;
}

export interface LiveLine {
  update(text: string): void;
  /** Replaces the live line by one that stays. */
  done(text: string): void;
}

interface Drawn {
  readonly label: string;
  text: string;
  readonly startedAt: number;
  printedAt: number;
}

const FRAME_MS = 100;
/** How often a live line is printed where there is no terminal to draw it again on. */
const PLAIN_MS = 5000;
const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/** Seconds since `startedAt`, for people: `7.3 s`. */
export function seconds(startedAt: number, now = Date.now()): string {
  return `${((now - startedAt) / 1000).toFixed(1)} s`;
}

/** Makes a screen on an output stream. */
export function createScreen(output: NodeJS.WriteStream): Screen {
  const startedAt = Date.now();
  const live = new Set<Drawn>();
  const terminal = output.isTTY === true;
  let drawn = 0;
  let frame = 0;

  const clock = () => `[${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)}s]`;
  const erase = () => {
    if (drawn > 0) output.write(`\x1b[${drawn}A\x1b[0J`);
    drawn = 0;
  };
  const draw = () => {
    if (!terminal) return;
    erase();
    frame += 1;
    const width = (output.columns ?? 100) - 1;
    for (const { label, text, startedAt: since } of live) {
      const spinner = SPINNER[frame % SPINNER.length];
      output.write(`${`           ${spinner} ${label}  ${seconds(since)}  ${text}`.slice(0, width)}\n`);
      drawn += 1;
    }
  };
  const timer = terminal ? setInterval(draw, FRAME_MS) : undefined;
  timer?.unref();

  const say = (text: string) => {
    erase();
    for (const row of text.split("\n")) output.write(`${row === "" ? "" : `${clock()}  `}${row}\n`);
    draw();
  };

  return {
    say,
    line(label) {
      const entry: Drawn = { label, text: "", startedAt: Date.now(), printedAt: 0 };
      live.add(entry);
      return {
        update(text) {
          entry.text = text;
          if (terminal || Date.now() - entry.printedAt < PLAIN_MS) return;
          entry.printedAt = Date.now();
          say(`  ${label}  ${text}`);
        },
        done(text) {
          live.delete(entry);
          say(`${label}  ${text}  (${seconds(entry.startedAt)})`);
        },
      };
    },
    close() {
      clearInterval(timer);
      erase();
    },
  };
}

/** Lays rows out in columns as wide as their widest cell, under a header and a rule. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? "").length)));
  const render = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [render(header), widths.map((width) => "─".repeat(width)).join("  "), ...rows.map(render)].join("\n");
}
