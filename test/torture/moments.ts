import { existsSync, watch } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Installation } from "./installation.ts";
import type { Observer } from "./observer.ts";
import type { Random } from "./random.ts";
import { type Call, type HoldFault, heldCalls, holdCalls, releaseCalls } from "./sandbox-calls.ts";
import type { Caught } from "./targets.ts";

/** When somebody is killed. */
export const moments = [
  "at random",
  "lease taken",
  "call made",
  "in the checkpoint",
  "before the row",
  "in the recovery",
] as const;
export type Moment = (typeof moments)[number];

export interface Scene {
  readonly installation: Installation;
  readonly observer: Observer;
  readonly random: Random;
  /** What is known of the run that began last on a stack. */
  runOf(stack: string): Caught | undefined;
  /** The runs of which an engine lives now. */
  atWork(): Promise<readonly Caught[]>;
}

/** A moment that is waited for. `passed` undoes what had to be prepared, and is called when the killing is over. */
export interface Armed {
  readonly caught: Promise<Caught>;
  passed(): Promise<void>;
}

/** Prepares for a moment. The promise settles when it has come, which may be never. */
export async function arm(moment: Moment, scene: Scene): Promise<Armed> {
  switch (moment) {
    case "at random":
      return { caught: atRandom(scene), passed: async () => undefined };
    case "lease taken":
      return onSight(scene, (sight) =>
        sight.what === "lease" ? { stack: sight.stack, operationId: sight.operationId, service: sight.pid } : undefined,
      );
    case "in the recovery":
      return onSight(scene, (sight) => (sight.what === "run" && sight.verb === "recover" ? sight : undefined), 1_200);
    case "call made":
      return onHeldCall(scene);
    case "in the checkpoint":
      return onCheckpoint(scene);
    case "before the row":
      return atGate(scene);
  }
}

async function atRandom({ random, atWork }: Scene): Promise<Caught> {
  await sleep(random.between(100, 3_500));
  const working = await atWork();
  return working.length === 0 ? {} : random.pick(working);
}

function onSight(
  { observer, random }: Scene,
  matches: (sight: Parameters<Parameters<Observer["watch"]>[0]>[0]) => Caught | undefined,
  laterMs = 0,
): Armed {
  const { promise, resolve } = Promise.withResolvers<Caught>();
  const stop = observer.watch((sight) => {
    const caught = matches(sight);
    if (caught !== undefined) setTimeout(() => resolve(caught), random.between(0, laterMs));
  });
  return { caught: promise, passed: async () => stop() };
}

/** Calls that make or change something. Each is held with some chance, so that it is not always the first. */
const changing: Readonly<Record<string, readonly string[]>> = {
  guardduty: ["CreateDetector", "CreateMembers", "UpdateDetector", "DeleteDetector", "EnableOrganizationAdminAccount"],
  securityhub: [
    ...["EnableSecurityHub", "BatchEnableStandards", "CreateMembers", "BatchDisableStandards", "DisableSecurityHub"],
    ...["CreateFindingAggregator", "EnableOrganizationAdminAccount"],
  ],
  config: ["PutConfigurationRecorder", "PutDeliveryChannel", "StartConfigurationRecorder"],
  iam: ["CreateServiceLinkedRole", "UpdateAccountPasswordPolicy", "CreateRole", "PutRolePolicy"],
  s3: ["PutPublicAccessBlock", "CreateBucket", "PutBucketPolicy"],
  ec2: ["EnableEbsEncryptionByDefault"],
  kms: ["CreateKey", "PutKeyPolicy"],
  sqs: ["CreateQueue"],
  events: ["PutRule", "PutTargets"],
  "access-analyzer": ["CreateAnalyzer"],
  organizations: ["EnableAWSServiceAccess", "RegisterDelegatedAdministrator"],
};

async function onHeldCall({ installation: { aws }, random, runOf, atWork }: Scene): Promise<Armed> {
  const rate = random.pick([0.15, 0.4, 1]);
  const faults: HoldFault[] = Object.entries(changing).flatMap(([service, operations]) =>
    operations.map((operation) => ({ service, operation, rate })),
  );
  await holdCalls(aws, faults);
  /** A session is named after its operation; a service that calls before there is a run has no run's processes. */
  const whose = async ({ sessionName, accountId }: Call): Promise<Caught> => {
    const run = (await atWork()).find(({ operationId }) => operationId === sessionName);
    return run ?? { operationId: sessionName, stack: runOf(`account-${accountId}`)?.stack };
  };
  let over = false;
  const wait = async (): Promise<Caught> => {
    while (!over) {
      const [call] = await heldCalls(aws);
      if (call !== undefined) return whose(call);
      await sleep(30);
    }
    return {};
  };
  return {
    caught: wait(),
    async passed() {
      over = true;
      await releaseCalls(aws);
    },
  };
}

/** The engine writes a checkpoint into a temporary file beside its place, then renames it. */
function onCheckpoint(scene: Scene): Armed {
  const { installation, runOf } = scene;
  const folder = join(installation.state, ".pulumi/stacks/bulwark");
  // Before the first deployment there is no state yet.
  if (!existsSync(folder)) return { caught: atRandom(scene), passed: async () => undefined };
  const { promise, resolve } = Promise.withResolvers<Caught>();
  const watcher = watch(folder, (_, name) => {
    const stack = /^(.+)\.json\b.*\.tmp$/.exec(name ?? "")?.[1];
    if (stack !== undefined) resolve(runOf(stack) ?? { stack });
  });
  watcher.on("error", () => undefined);
  return { caught: promise, passed: async () => watcher.close() };
}

async function atGate({ observer }: Scene): Promise<Armed> {
  await observer.closeGate();
  let over = false;
  const wait = async (): Promise<Caught> => {
    while (!over) {
      const [caught] = await observer.atGate();
      if (caught !== undefined) return caught;
      await sleep(30);
    }
    return {};
  };
  return {
    caught: wait(),
    async passed() {
      over = true;
      await observer.openGate();
    },
  };
}
