import { createHash } from "node:crypto";
import { DescribeInstancesCommand, EC2Client, type Instance } from "@aws-sdk/client-ec2";
import {
  type CommandInvocation,
  DescribeInstanceInformationCommand,
  paginateListCommandInvocations,
  SendCommandCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { orNull } from "./aws-errors.ts";
import type { Manifest } from "./manifest.ts";
import {
  type AnyRemediation,
  type Decision,
  type Facts,
  type Finding,
  remediation,
  type Session,
} from "./remediation.ts";
import { StepError } from "./step-error.ts";
import { isUntouchable } from "./text-pattern.ts";

/** An instance that something is run on. */
export type Host = { readonly accountId: string; readonly region: string; readonly instanceId: string };

/** Which run of the document was the last, by its comment; null where Systems Manager knows of none any more, after 30 days. */
type Asked = { readonly asked: string | null };
/** Its ARN; whether Systems Manager reaches it (`Online`), and its platform, null where it is not managed. */
type Managed = { readonly arn: string; readonly ping: string | null; readonly platform: string | null };

/** What came of a run. `found` is for a person: it ran well, and what it looked for is there. */
export type HostOutcome = { readonly kind: "waiting" | "well" | "found" | "failed"; readonly why: string };

/** Something that is run on a host by a document of the baseline. It changes no setting; what it ends with is the outcome. */
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
/** What the comments of all runs begin with. */
const COMMENT = "Bulwark ";

/** Seconds in which the host must take the command, or it is over (API reference, SendCommand, TimeoutSeconds). */
const TO_TAKE_IT = 3600;

/**
 * A run as a remediation among others, with their modes, caps, dry run and record: the run is the change, it is verified when Systems Manager has the
 * command, and what came of it is handed over when it has ended. A finding has it run once a day.
 */
export function hostRemediation(run: HostRun): AnyRemediation {
  const { manifest } = run;
  return remediation<Host, Asked, Managed>({
    manifest,
    targetsOf: (finding) => hostsOf(run, finding),
    told: hostTold,
    async tags(session, host) {
      const { Tags = [] } = (await instanceOf(session, host)) ?? {};
      return Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
    },
    async read(session, host) {
      if ((await instanceOf(session, host)) === undefined) return undefined;
      const at = ({ RequestedDateTime }: CommandInvocation) => RequestedDateTime?.getTime() ?? 0;
      const [last] = (await runsOf(run, session, host)).sort((one, other) => at(other) - at(one));
      return { asked: last?.Comment ?? null };
    },
    async circumstances(session, { instanceId, region, accountId }) {
      const Filters = [{ Key: "InstanceIds", Values: [instanceId] }];
      const managed = await session.client(SSMClient, region).send(new DescribeInstanceInformationCommand({ Filters }));
      const { PingStatus = null, PlatformType = null } = managed.InstanceInformationList?.[0] ?? {};
      const arn = `arn:${session.partition}:ec2:${region}:${accountId}:instance/${instanceId}`;
      return { arn, ping: PingStatus, platform: PlatformType };
    },
    decide: (state, host, facts, managed) => decideRun(run, state, host, facts, managed),
    // What was asked for is kept with the change, so that its outcome is found.
    preserve: async (_session, _host, _facts, { asked }) => asked,
    async write(session, host, _from, { asked }) {
      if (asked !== null) await send(run, session, host, asked);
    },
    async deliver(session, host, _facts, asked) {
      const sent = (await runsOf(run, session, host)).find(({ Comment }) => Comment === asked);
      const outcome = outcomeOf(run, hostTold(host), sent);
      // It is asked for again then.
      if (outcome.kind === "waiting") throw new Error(outcome.why);
      if (outcome.kind !== "well") throw new StepError("result", outcome.why);
      return asked;
    },
  });
}

/** The hosts that a finding names, each once. Pure. */
export function hostsOf(
  { manifest }: Pick<HostRun, "manifest">,
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
const hostTold = ({ accountId, region, instanceId }: Host): string =>
  `instance ${instanceId} in ${region} of account ${accountId}`;

/** Whether something is to be run: where Systems Manager reaches the host, and not twice for a finding and day. Pure. */
function decideRun(
  { document }: HostRun,
  { asked }: Asked,
  host: Host,
  { now, cause, untouchable }: Facts,
  { arn, ping, platform }: Managed,
): Decision<Asked> {
  const told = hostTold(host);
  const of = `${document} ${cause?.finding ?? ""} ${now.toISOString().slice(0, 10)}`;
  const wanted = `${COMMENT}${createHash("sha256").update(of).digest("hex").slice(0, 32)}`;
  if (asked === wanted) return { kind: "nothing" };
  if (isUntouchable(arn, untouchable)) return { kind: "refuse", why: `${arn} is among what no remediation touches` };
  if (ping !== "Online") {
    return { kind: "refuse", why: `Systems Manager does not reach ${told} (${ping ?? "it is not managed"})` };
  }
  if (platform === "Linux") return { kind: "change", to: { asked: wanted } };
  return { kind: "refuse", why: `the document is for Linux, and ${told} is a host of ${platform}` };
}

/** An instance that is there; undefined where it is gone or on its way. */
async function instanceOf(session: Session, { instanceId, region }: Host): Promise<Instance | undefined> {
  const call = session.client(EC2Client, region).send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
  const instance = (await orNull(call, "InvalidInstanceID.NotFound"))?.Reservations?.[0]?.Instances?.[0];
  return ["terminated", "shutting-down"].includes(instance?.State?.Name ?? "") ? undefined : instance;
}

/** The runs of the document on a host that Bulwark has asked for. */
async function runsOf({ document }: HostRun, session: Session, host: Host): Promise<CommandInvocation[]> {
  const { instanceId: InstanceId, region } = host;
  const all: CommandInvocation[] = [];
  const pages = paginateListCommandInvocations(
    { client: session.client(SSMClient, region) },
    { InstanceId, Details: true },
  );
  for await (const { CommandInvocations = [] } of pages) all.push(...CommandInvocations);
  // By its ARN or by its name: the API reference of ListCommandInvocations does not say which.
  const isOurs = ({ DocumentName = "", Comment = "" }: CommandInvocation) =>
    DocumentName.split("/").at(-1) === document && Comment.startsWith(COMMENT);
  return all.filter(isOurs);
}

/** Has the host run the document, once for a comment: SendCommand knows no token, so what was sent is looked for. */
async function send(run: HostRun, session: Session, host: Host, comment: string): Promise<void> {
  if ((await runsOf(run, session, host)).some(({ Comment }) => Comment === comment)) return;
  const { instanceId, region, accountId } = host;
  await session.client(SSMClient, region).send(
    new SendCommandCommand({
      // By its ARN: a document of this account and none that is shared under the name.
      DocumentName: `arn:${session.partition}:ssm:${region}:${accountId}:document/${run.document}`,
      InstanceIds: [instanceId],
      Comment: comment,
      TimeoutSeconds: TO_TAKE_IT,
    }),
  );
}

/**
 * What came of a command so far. A step that ended otherwise than with 0 makes a command failed, whatever its code means; a step of another
 * platform is skipped. Pure.
 */
export function outcomeOf(
  { codes, document }: Pick<HostRun, "codes" | "document">,
  told: string,
  sent: CommandInvocation | undefined,
): HostOutcome {
  const { Status = "", StatusDetails = Status, CommandPlugins = [] } = sent ?? {};
  if (!/^(Success|Failed|Cancelled|TimedOut)$/.test(Status)) {
    return {
      kind: "waiting",
      why: `${told}: ${document} has not ended (${StatusDetails || "nothing is known of it yet"})`,
    };
  }
  if (Status === "Success") return { kind: "well", why: `${told}: ${document} ended well` };
  const codesOf = CommandPlugins.map(({ ResponseCode = 0 }) => ResponseCode);
  const code = Status === "Failed" ? codesOf.find((each) => each !== 0) : undefined;
  const meant = code === undefined ? undefined : codes[code];
  if (meant !== undefined) return { kind: meant.kind, why: `${told}: ${meant.why}` };
  const how = `${StatusDetails}${code === undefined ? "" : ` with code ${code}`}`;
  return { kind: "failed", why: `${told}: ${document} ended as ${how}` };
}
