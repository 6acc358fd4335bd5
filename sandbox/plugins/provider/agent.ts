import { readFileSync } from "node:fs";

/**
 * What a plugin adds to the user agent of its calls, which AWS records: the session of the run that it belongs to, so that whoever
 * reads the calls can tell two runs of one stack apart. Elsewhere than on Linux it is the plugin's own id.
 */
export const userAgent = `bulwark-plugin/${sessionId()}`;

function sessionId(): string {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    // "pid (name, with anything in it) state ppid pgrp session ...", proc(5).
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3] ?? String(process.pid);
  } catch {
    return String(process.pid);
  }
}
