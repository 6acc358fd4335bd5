import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Lambda, waitUntilFunctionActiveV2 } from "@aws-sdk/client-lambda";
import { zipSync } from "fflate";
import { awsNames } from "../../programs/names.ts";
import { percentile } from "../arithmetic.ts";
import { repository } from "../organization.ts";
import type { Installation } from "./installation.ts";

/** Copies of a function that are started, and calls of each once it has. */
const COPIES = 5;
const CALLS = 10;
const FOLDER = ".bulwark/lambda";
const EMPTY = "an empty Lambda";

/** What a function's first call and its later ones take, in milliseconds, medians; `bytes` of its zip. */
export interface Start {
  readonly name: string;
  readonly bytes: number;
  readonly first: number;
  readonly warm: number;
}

/** What a function is called with, so that it does next to nothing: a batch without messages, or a request that nobody signed. */
const CALLED_WITH: Readonly<Record<string, object>> = {
  "slack-clicks": { headers: {}, body: "", isBase64Encoded: false, requestContext: { http: { method: "POST" } } },
};

/**
 * Starts copies of each function that is deployed, and of one that does nothing, which comes first: the same runtime, memory, role and environment,
 * and no trigger.
 */
export async function measureStarts({ root, security }: Installation): Promise<readonly Start[]> {
  const lambda = new Lambda(root(security));
  const names = (await readdir(join(repository, FOLDER)))
    .filter((file) => file.endsWith(".zip"))
    .map((file) => file.slice(0, -".zip".length));
  const nothing = zipSync({ "index.mjs": Buffer.from("export const handler = async () => ({});\n") });
  const starts: Start[] = [await start(lambda, EMPTY, "responder", nothing)];
  for (const name of names.sort()) {
    const zip = await readFile(join(repository, FOLDER, `${name}.zip`));
    const isDeployed = await lambda
      .getFunctionConfiguration({ FunctionName: awsNames.responseFunction(name) })
      .then(() => true)
      .catch(() => false);
    if (isDeployed) starts.push(await start(lambda, name, name, zip));
    else starts.push({ name, bytes: zip.length, first: Number.NaN, warm: Number.NaN });
  }
  lambda.destroy();
  return starts;
}

async function start(lambda: Lambda, name: string, like: string, zip: Uint8Array): Promise<Start> {
  const { Role, MemorySize, Timeout, Environment } = await lambda.getFunctionConfiguration({
    FunctionName: awsNames.responseFunction(like),
  });
  const Payload = Buffer.from(JSON.stringify(CALLED_WITH[name] ?? { Records: [] }));
  const first: number[] = [];
  const warm: number[] = [];
  for (let copy = 0; copy < COPIES; copy++) {
    const FunctionName = `bench-${name.replaceAll(" ", "-")}-${copy}`;
    await lambda.createFunction({
      ...{ FunctionName, Role, MemorySize, Timeout, Runtime: "nodejs24.x", Handler: "index.handler" },
      Architectures: ["arm64"],
      Code: { ZipFile: zip },
      Environment: { Variables: Environment?.Variables ?? {} },
    });
    await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 60 }, { FunctionName });
    const call = async () => {
      const begun = performance.now();
      const { FunctionError, Payload: answer } = await lambda.invoke({ FunctionName, Payload });
      if (FunctionError !== undefined) throw new Error(`calling ${FunctionName}: ${Buffer.from(answer ?? [])}`);
      return performance.now() - begun;
    };
    first.push(await call());
    for (let again = 0; again < CALLS; again++) warm.push(await call());
    await lambda.deleteFunction({ FunctionName });
  }
  return { name, bytes: zip.length, first: percentile(first, 0.5), warm: percentile(warm, 0.5) };
}
