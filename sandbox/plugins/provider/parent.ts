/**
 * Ends the process soon after its parent has died: an engine that is killed cannot stop its plugins, and one that goes
 * on would change AWS behind the back of the run that comes after.
 */
export function exitWithParent(milliseconds = 250): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, milliseconds).unref();
}
