import { readFileSync } from "node:fs";

/** Version of Bulwark, and so of the baseline that it deploys: that of package.json. */
export const version = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }
).version;
