import { readdir, readFile, readlink } from "node:fs/promises";

/**
 * Processes that have to do with a folder: it is in their command line, their environment, or they work in it. Linux only; those of
 * other users that this one can't look into are passed over. Answers `<pid> <command line>`.
 */
export async function processesOf(folder: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const read = (name: string) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "");
      const [commandLine, environment, workingFolder, status] = await Promise.all([
        read("cmdline"),
        read("environ"),
        readlink(`/proc/${pid}/cwd`).catch(() => ""),
        read("stat"),
      ]);
      // What has ended and waits for its parent to notice is no process any more.
      if (/\) Z /.test(status)) return [];
      const related = [commandLine, environment, workingFolder].some((text) => text.includes(folder));
      return related ? [`${pid} ${commandLine.replaceAll("\0", " ").trim()}`] : [];
    }),
  );
  return found.flat();
}
