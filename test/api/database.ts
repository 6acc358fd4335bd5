import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { DatabaseAddress } from "../../api/store/connection.ts";
import { type EmbeddedServer, startEmbeddedServer } from "../../api/store/embedded/server.ts";

let server: Promise<{ folder: string; server: EmbeddedServer }> | undefined;
let databases = 0;

/** One real PostgreSQL for all tests of this folder; each test file gets a database of its own. */
async function sharedServer(): Promise<EmbeddedServer> {
  server ??= (async () => {
    const folder = await mkdtemp(join(tmpdir(), "bulwark-test-"));
    return { folder, server: await startEmbeddedServer(folder) };
  })();
  return (await server).server;
}

/** An empty database. */
export async function freshDatabase(): Promise<DatabaseAddress> {
  const { address } = await sharedServer();
  const client = new pg.Client(address);
  await client.connect();
  databases += 1;
  const database = `test_${process.pid}_${databases}`;
  await client.query(`create database ${database}`);
  await client.end();
  return { ...address, database };
}

// A root hook: this module is loaded by several test files, the server ends with the last of them.
after(async function stopSharedServer() {
  if (server === undefined) return;
  const { folder, server: running } = await server;
  server = undefined;
  await running.stop();
  await rm(folder, { recursive: true, force: true });
});
