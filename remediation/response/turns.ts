/**
 * So many of a list as one run has time for: each run takes the next ones, so that every one has its turn again and again. Pure.
 *
 * @param run ordinal number of the run: of the minute, where one comes each minute
 */
export function partOf<One>(all: readonly One[], most: number, run: number): readonly One[] {
  if (all.length <= most) return all;
  const from = (run * most) % all.length;
  return [...all, ...all].slice(from, from + most);
}
