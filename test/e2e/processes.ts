import { allPids, linkOfProcess, readProcess } from "../process-files.ts";

/**
 * Processes that have to do with a folder: it is in their command line, their environment, or they work in it. Linux only; those of
 * other users that this one can't look into are passed over. Answers `<pid> <command line>`.
 */
export async function processesOf(folder: string): Promise<string[]> {
  return allPids().flatMap((pid) => {
    // What has ended and waits for its parent to notice is no process any more.
    if (pid === process.pid || /\) Z /.test(readProcess(pid, "stat"))) return [];
    const commandLine = readProcess(pid, "cmdline");
    const related = [commandLine, readProcess(pid, "environ"), linkOfProcess(pid, "cwd")].some((text) =>
      text.includes(folder),
    );
    return related ? [`${pid} ${commandLine.replaceAll("\0", " ").trim()}`] : [];
  });
}
