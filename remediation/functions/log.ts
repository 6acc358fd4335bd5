/** What a line tells beside its message: ids, kinds, counts and reasons, never a secret and never a whole finding. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface FunctionLog {
  info(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Characters of one text: a reason may quote what somebody else wrote at length. */
const LONGEST = 2000;

/**
 * One line of JSON for each message, as CloudWatch Logs Insights reads fields (Amazon CloudWatch Logs User Guide, "Supported logs and discovered
 * fields"). Lambda adds time and request id by itself.
 */
export function functionLog(name: string, write: (line: string) => void): FunctionLog {
  const tell = (level: "info" | "error", message: string, fields: LogFields = {}) => {
    const all = { level, function: name, message, ...fields };
    write(JSON.stringify(all, (_, value) => (typeof value === "string" ? value.slice(0, LONGEST) : value)));
  };
  return {
    info: (message, fields) => tell("info", message, fields),
    error: (message, fields) => tell("error", message, fields),
  };
}

/** An error in words, with that of its cause. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
