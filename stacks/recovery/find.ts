import { organizationsRegion } from "../../programs/partition.ts";
import type { Listing, Sought, Way } from "../../programs/recovery/sought.ts";
import { importId, WAYS } from "../../programs/recovery/ways.ts";
import type { Reading } from "../inventory/reading.ts";
import { findAnalyzer } from "./access-analyzer.ts";
import { findFlowLog } from "./ec2.ts";
import { findRule } from "./eventbridge.ts";
import { findDetector, findEntitySet, findFindingsExport } from "./guardduty.ts";
import { findRootAccess } from "./iam.ts";
import { findCisScan } from "./inspector.ts";
import { findKey } from "./kms.ts";
import { findEventSource } from "./lambda.ts";
import { findPolicy } from "./organizations.ts";
import { findPatchBaseline, findPatchWindow, findPatchWindowPart } from "./patching.ts";
import { findBucket } from "./s3.ts";
import { findAutomationRule, findConfigurationPolicy, findFindingAggregator, findInsight } from "./security-hub.ts";
import { findQueue } from "./sqs.ts";
import { findAssociation } from "./systems-manager.ts";

type Find = (
  reading: Reading,
  region: string,
  sought: Sought,
  known: ReadonlySet<string>,
) => Promise<string | undefined>;

const LISTINGS: Readonly<Record<Listing, Find>> = {
  analyzer: findAnalyzer,
  association: findAssociation,
  automationRule: findAutomationRule,
  bucket: findBucket,
  cisScan: findCisScan,
  configurationPolicy: findConfigurationPolicy,
  detector: findDetector,
  eventSource: findEventSource,
  entitySet: findEntitySet,
  findingAggregator: findFindingAggregator,
  findingsExport: findFindingsExport,
  flowLog: findFlowLog,
  insight: findInsight,
  key: findKey,
  patchBaseline: findPatchBaseline,
  patchWindow: findPatchWindow,
  patchWindowPart: findPatchWindowPart,
  policy: findPolicy,
  queue: findQueue,
  rootAccess: findRootAccess,
  rule: findRule,
};

export interface Lookup {
  readonly sought: Sought;
  /** Undefined where the run has no session in the resource's account. */
  readonly reading: Reading | undefined;
  /** Ids of resources of the same type that the state has already. */
  readonly known: ReadonlySet<string>;
}

/** An id of a resource, as AWS has it and as its provider imports it. */
export interface FoundId {
  readonly id: string;
  readonly importId: string;
}

/**
 * The id under which a resource exists in AWS, or would: of what is found by name, the provider's read tells whether it is there. Undefined
 * where there is none, and for types that are not in the table. Throws `AwsCallError`.
 */
export async function findResource({ sought, reading, known }: Lookup): Promise<FoundId | undefined> {
  const way = WAYS[sought.type];
  if (way === undefined || way.by === "nothing" || way.by === "setting") return undefined;
  const id = way.by === "name" ? way.id(sought) : await listed(way, { sought, reading, known });
  return id === undefined ? undefined : { id, importId: importId(sought, way, id) };
}

async function listed(
  { listing, global }: Extract<Way, { by: "listing" }>,
  { sought, reading, known }: Lookup,
): Promise<string | undefined> {
  const { name, type, accountId, partition } = sought;
  const region = global ? organizationsRegion(partition) : sought.region;
  if (reading === undefined || region === undefined) {
    throw new Error(`looking for ${name} (${type}): the run has no session in account ${accountId}`);
  }
  const id = await LISTINGS[listing](reading, region, sought, known);
  // It belongs to another resource of the stack, for example the one that this one was to replace.
  return id === undefined || known.has(id) ? undefined : id;
}
