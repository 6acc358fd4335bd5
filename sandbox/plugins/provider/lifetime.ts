import { fstatSync } from "node:fs";

/** Work that is under way, which an orderly end waits for. */
export interface Lifetime {
  /** Counts a call in; the returned function counts it out. */
  begin(): () => void;
}

/**
 * Ends the process when the engine ends it (SIGINT to the plugin's process group, then five seconds until SIGKILL), as
 * soon as no call is under way, and at once when the engine has died: killed, it cannot stop its plugins, and one that
 * goes on would change AWS behind the back of the run that comes after.
 */
export function livesWithEngine(): Lifetime {
  const parent = process.ppid;
  const orphaned = () => process.exit(1);
  setInterval(() => process.ppid !== parent && orphaned(), 250).unref();
  // The engine holds the other end of stdin; it closes with the engine.
  const input = fstatSync(0);
  if (input.isFIFO() || input.isSocket()) process.stdin.on("close", orphaned).resume();

  let underWay = 0;
  let ending = false;
  const endIfIdle = () => ending && underWay === 0 && process.exit(0);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      ending = true;
      endIfIdle();
    });
  }
  return {
    begin() {
      underWay += 1;
      return () => {
        underWay -= 1;
        // The answer has to leave first.
        if (ending) setImmediate(endIfIdle);
      };
    },
  };
}
