// A run child's entry. usage: main.ts <module of the programs> [folder for compiled code]
import { enableCompileCache } from "node:module";
import { standInForArborist } from "./without-arborist.ts";

const [programs = "", cache] = process.argv.slice(2);
// By this call and not by NODE_COMPILE_CACHE, which a plugin that runs in Node would inherit. Before anything large is loaded.
if (cache !== undefined) enableCompileCache(cache);
standInForArborist();
// What a program prints may be a secret, and what is left of this stream goes to the service's log when the child dies.
process.stderr.write = () => true;
const { serveRuns } = await import("./serve.ts");
await serveRuns(programs, process.env.HOME ?? "");
