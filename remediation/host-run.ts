import { createHash } from "node:crypto";
import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  DescribeInstanceInformationCommand,
  paginateListCommandInvocations,
  SendCommandCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { orNull } from "./aws-errors.ts";
import type { Manifest } from "./manifest.ts";
import type { Facts, Finding, Session } from "./remediation.ts";
import { PROTECTED_TAG } from "./run.ts";
import { during } from "./step-error.ts";
import { isUntouchable } from "./text-pattern.ts";

/** An instance that something is run on. */
export type Host = { readonly accountId: string; readonly region: string; readonly instanceId: string };

/** Whether something is to be run, or why not. */
export type HostPlan =
  | { readonly kind: "run" }
  | { readonly kind: "gone" | "protected" | "refused"; readonly why: string };

/** What came of a run. `found` is for a person: it ran well, and what it looked for is there. */
export type HostOutcome = { readonly kind: "waiting" | "well" | "found" | "failed"; readonly why: string };

/**
 * Something that is run on a host by a document of the baseline. It changes no setting, so it has no state to give back and no undo; what it
 * ends with is the outcome. The same for all; who responds keeps the command's id between the calls.
 */
export interface HostRun {
  readonly manifest: Manifest;
  /** The Command document that the baseline puts into each region. */
  readonly document: string;
  /** What the document's exit codes mean beside 0, which is well; any other is a failure. */
  readonly codes: Readonly<Record<number, Pick<HostOutcome, "kind" | "why">>>;
}

/** The id at the end of an ARN of EC2 or of Systems Manager, or alone. */
const INSTANCE = /(?:^|[/:|])(i-(?:[0-9a-f]{8}|[0-9a-f]{17}))$/;
const REGION = /^[a-z]{2,}(?:-[a-z]+)+-\d+$/;

/** Seconds in which the host must take the command, or it is over (API reference, SendCommand, TimeoutSeconds). */
const TO_TAKE_IT = 3600;

/** The hosts that a finding names, each once. Pure. */
export function hostsOf(
  { manifest }: HostRun,
  { AwsAccountId: accountId, Region, Resources }: Finding,
): readonly Host[] {
  const hosts = Resources.flatMap(({ Type, Id, Region: own }): [string, Host][] => {
    const region = own ?? Region;
    const instanceId = manifest.resourceTypes.includes(Type) ? INSTANCE.exec(Id)?.[1] : undefined;
    const [, , , where, whose] = Id.split(":");
    if (instanceId === undefined || region === undefined || !REGION.test(region)) return [];
    const isElsewhere = (whose ?? accountId) !== accountId || (where ?? region) !== region;
    return isElsewhere ? [] : [[`${region} ${instanceId}`, { accountId, region, instanceId }]];
  });
  return [...new Map(hosts).values()];
}

/** A host in words. Pure. */
export const hostTold = ({ accountId, region, instanceId }: Host): string =>
  `instance ${instanceId} in ${region} of account ${accountId}`;

/** A dry run: whether the host is there, unprotected, and reached by Systems Manager. Throws `StepError`. */
export async function planOnHost(session: Session, host: Host, { untouchable }: Facts): Promise<HostPlan> {
  const told = hostTold(host);
  const { instanceId, accountId, region } = host;
  const arn = `arn:${session.partition}:ec2:${region}:${accountId}:instance/${instanceId}`;
  if (isUntouchable(arn, untouchable)) return { kind: "refused", why: `${arn} is among what no remediation touches` };
  return during("read", `reading ${told}`, async (): Promise<HostPlan> => {
    const call = session.client(EC2Client, region).send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
    const instance = (await orNull(call, "InvalidInstanceID.NotFound"))?.Reservations?.[0]?.Instances?.[0];
    const state = instance?.State?.Name;
    if (instance === undefined || state === "terminated" || state === "shutting-down") {
      return { kind: "gone", why: `${told} is not there any more` };
    }
    const mark = instance.Tags?.find(({ Key }) => Key === PROTECTED_TAG);
    if (mark !== undefined && mark.Value !== "false") {
      return { kind: "protected", why: `${told} has the tag ${PROTECTED_TAG}` };
    }
    const Filters = [{ Key: "InstanceIds", Values: [instanceId] }];
    const managed = await session.client(SSMClient, region).send(new DescribeInstanceInformationCommand({ Filters }));
    const { PingStatus, PlatformType } = managed.InstanceInformationList?.[0] ?? {};
    if (PingStatus !== "Online") {
      return { kind: "refused", why: `Systems Manager does not reach ${told} (${PingStatus ?? "it is not managed"})` };
    }
    if (PlatformType === "Linux") return { kind: "run" };
    return { kind: "refused", why: `the document is for Linux, and ${told} is a host of ${PlatformType}` };
  });
}

/**
 * Has the host run the document, once for a `cause` (the incident and its change): asked again, it finds what was sent, by the command's comment,
 * because SendCommand knows no token. Answers with the command's id. Throws `StepError`.
 */
export async function startOnHost(run: HostRun, session: Session, host: Host, cause: string): Promise<string> {
  const { instanceId, region, accountId } = host;
  const ssm = session.client(SSMClient, region);
  const comment = `Bulwark ${createHash("sha256").update(`${run.document} ${cause}`).digest("hex").slice(0, 32)}`;
  return during("change", `${run.manifest.title}: ${hostTold(host)}`, async () => {
    for await (const { CommandInvocations = [] } of paginateListCommandInvocations(
      { client: ssm },
      { InstanceId: instanceId },
    )) {
      const sent = CommandInvocations.find(({ Comment }) => Comment === comment)?.CommandId;
      if (sent !== undefined) return sent;
    }
    const { Command } = await ssm.send(
      new SendCommandCommand({
        // By its ARN: a document of this account and none that is shared under the name.
        DocumentName: `arn:${session.partition}:ssm:${region}:${accountId}:document/${run.document}`,
        InstanceIds: [instanceId],
        Comment: comment,
        TimeoutSeconds: TO_TAKE_IT,
      }),
    );
    if (Command?.CommandId === undefined) throw new Error("Systems Manager told no command");
    return Command.CommandId;
  });
}

/** What came of a command so far. Throws `StepError`. */
export async function statusOnHost(
  run: HostRun,
  session: Session,
  host: Host,
  CommandId: string,
): Promise<HostOutcome> {
  const told = hostTold(host);
  return during("verify", `${run.manifest.title}: asking what came of it on ${told}`, async () => {
    const pages = paginateListCommandInvocations(
      { client: session.client(SSMClient, host.region) },
      { CommandId, InstanceId: host.instanceId, Details: true },
    );
    for await (const { CommandInvocations = [] } of pages) {
      const [invocation] = CommandInvocations;
      if (invocation === undefined) continue;
      const { Status = "", StatusDetails = Status, CommandPlugins = [] } = invocation;
      if (!/^(Success|Failed|Cancelled|TimedOut)$/.test(Status))
        return { kind: "waiting", why: `${told}: ${StatusDetails}` };
      return outcomeOf(
        run,
        told,
        Status,
        StatusDetails,
        CommandPlugins.map(({ ResponseCode = 0 }) => ResponseCode),
      );
    }
    return { kind: "waiting", why: `${told}: nothing is known of the command yet` };
  });
}

/** A step that ended otherwise than with 0 makes a command failed, whatever its code means; a step of another platform is skipped. Pure. */
export function outcomeOf(
  { codes, document }: Pick<HostRun, "codes" | "document">,
  told: string,
  status: string,
  details: string,
  responses: readonly number[],
): HostOutcome {
  if (status === "Success") return { kind: "well", why: `${told}: ${document} ended well` };
  const code = status === "Failed" ? responses.find((each) => each !== 0) : undefined;
  const meant = code === undefined ? undefined : codes[code];
  if (meant !== undefined) return { kind: meant.kind, why: `${told}: ${meant.why}` };
  return {
    kind: "failed",
    why: `${told}: ${document} ended as ${details}${code === undefined ? "" : ` with code ${code}`}`,
  };
}
