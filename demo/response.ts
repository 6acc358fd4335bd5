import { request } from "node:http";
import { EC2 } from "@aws-sdk/client-ec2";
import { Lambda } from "@aws-sdk/client-lambda";
import { S3 } from "@aws-sdk/client-s3";
import { rootAccess } from "../sandbox/organization/root-access.ts";
import type { Client } from "./client.ts";
import { findingsOf } from "./findings.ts";
import { APPROVER, type Receivers } from "./receivers.ts";
import type { Screen } from "./screen.ts";
import { beginTimeline, type Timeline } from "./timeline.ts";

/** The members in which something is found. */
const BUCKET_ACCOUNT = "100000000001";
const INSTANCE_ACCOUNT = "100000000002";
const BUCKET = "clearing-statements";
const BUCKET_TITLE = `Bucket ${BUCKET} can be read by everybody`;
const INSTANCE_TITLE = "An instance talks to a command-and-control server";

export interface Response {
  readonly client: Client;
  readonly screen: Screen;
  readonly receivers: Receivers;
  readonly aws: { readonly endpoint: string; readonly securityAccount: string; readonly region: string };
  readonly signal: AbortSignal;
}

interface Incident {
  readonly id: string;
  readonly state: string;
  readonly title: string;
}

/** Lets findings come in, and prints what was seen of how they were answered. Throws with what did not come. */
export async function answerFindings(response: Response): Promise<void> {
  const { screen, signal } = response;
  screen.say("\ntwo findings come in: a bucket is opened to the world, an instance is compromised");
  const line = screen.line("answering findings");
  const timeline = beginTimeline(signal);
  await Promise.all([publicBucket(response, timeline), compromisedInstance(response, timeline)]);
  line.done("a bucket closed and given back, an instance isolated after an approval");
  screen.say(`\n${timeline.text()}\n`);
}

/** Closed by itself; then a person takes that back. */
async function publicBucket({ client, receivers, aws }: Response, { note, sees }: Timeline): Promise<void> {
  const access = rootAccess(aws.endpoint, BUCKET_ACCOUNT, aws.region);
  const s3 = new S3({ ...access, forcePathStyle: true });
  const findings = findingsOf(BUCKET_ACCOUNT, access);
  const block = async () =>
    (await s3.getPublicAccessBlock({ Bucket: BUCKET }).catch(() => undefined))?.PublicAccessBlockConfiguration;

  await s3.createBucket({ Bucket: BUCKET });
  await s3.deletePublicAccessBlock({ Bucket: BUCKET });
  note("AWS", `bucket ${BUCKET} of account ${BUCKET_ACCOUNT} has no public access block`);
  const type = "TTPs/Policy:S3-BucketAnonymousAccessGranted";
  await findings.tell(BUCKET, type, BUCKET_TITLE, { Type: "AwsS3Bucket", Id: `arn:aws:s3:::${BUCKET}` });
  note("Security Hub", `finding: ${BUCKET_TITLE}`);
  const seen = [
    sees("AWS", `bucket ${BUCKET} is closed`, async () => (await block())?.RestrictPublicBuckets === true),
    sees("Splunk", `has the finding of ${BUCKET}`, async () =>
      receivers.splunk.indexed.some(({ event }) => JSON.stringify(event).includes(BUCKET_TITLE)),
    ),
    sees("Slack", `${BUCKET}: Remediated`, async () => isShown(receivers, BUCKET_TITLE, "Remediated")),
    sees("Security Hub", `the finding of ${BUCKET} is RESOLVED`, async () => {
      return (await findings.read(BUCKET))?.Workflow?.Status === "RESOLVED";
    }),
  ];
  const { id } = await sees("API", `GET /remediations: ${BUCKET} is verified`, () =>
    incident(client, BUCKET_TITLE, "verified"),
  );
  await Promise.all(seen);

  await client.post(`/remediations/${id}/undo`, {});
  note("API", `POST /remediations/${id}/undo`);
  await Promise.all([
    sees("AWS", `bucket ${BUCKET} is as it was before`, async () => (await block()) === undefined),
    sees("Slack", `${BUCKET}: Undone`, async () => isShown(receivers, BUCKET_TITLE, "Undone")),
    sees("API", `GET /remediations: ${BUCKET} is undone`, () => incident(client, BUCKET_TITLE, "undone")),
  ]);
  findings.close();
  s3.destroy();
}

/** Isolated once somebody has approved it in Slack. */
async function compromisedInstance(response: Response, { note, sees }: Timeline): Promise<void> {
  const { client, receivers, aws } = response;
  const access = rootAccess(aws.endpoint, INSTANCE_ACCOUNT, aws.region);
  const ec2 = new EC2(access);
  const findings = findingsOf(INSTANCE_ACCOUNT, access);
  const { Images: [image] = [] } = await ec2.describeImages({ Owners: ["amazon"] });
  const launch = { ImageId: image?.ImageId, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 } as const;
  const { Instances: [instance] = [] } = await ec2.runInstances(launch);
  const id = instance?.InstanceId ?? "";
  const groups = async () => {
    const { Reservations: [first] = [] } = await ec2.describeInstances({ InstanceIds: [id] });
    return first?.Instances?.[0]?.SecurityGroups?.map(({ GroupName }) => GroupName).join() ?? "";
  };
  const before = await groups();
  const type = "TTPs/Command and Control/Backdoor:EC2-C&CActivity.B!DNS";
  const Id = `arn:aws:ec2:${aws.region}:${INSTANCE_ACCOUNT}:instance/${id}`;
  await findings.tell(id, type, INSTANCE_TITLE, { Type: "AwsEc2Instance", Id });
  note("Security Hub", `finding: ${INSTANCE_TITLE} (${id})`);

  const message = await sees("Slack", `${id}: waits for approval, with buttons`, async () => {
    return isShown(receivers, INSTANCE_TITLE, "approve") ? messageOf(receivers, INSTANCE_TITLE) : undefined;
  });
  const ticket = await sees("Service desk", `a ticket is open for ${id}`, async () =>
    ticketOf(receivers, INSTANCE_TITLE),
  );
  await click(response, message.ts);
  note("Slack", `${APPROVER.name} clicks Approve`);
  await Promise.all([
    sees("AWS", `${id} is in a security group without rules`, async () => (await groups()) !== before),
    sees("AWS", `${id}: its disks are kept as snapshots`, async () => {
      const { Snapshots = [] } = await ec2.describeSnapshots({ OwnerIds: [INSTANCE_ACCOUNT] });
      return Snapshots.length > 0;
    }),
    sees("API", `GET /remediations: ${id} is verified`, () => incident(client, INSTANCE_TITLE, "verified")),
    sees("Slack", `${id}: Remediated`, async () => isShown(receivers, INSTANCE_TITLE, "Remediated")),
    sees("Security Hub", `the finding of ${id} is RESOLVED`, async () => {
      return (await findings.read(id))?.Workflow?.Status === "RESOLVED";
    }),
    sees("Service desk", `the ticket of ${id} is closed`, async () => ticket.Status === "Closed"),
  ]);
  findings.close();
  ec2.destroy();
}

async function incident(client: Client, title: string, state: string): Promise<Incident | undefined> {
  const lists = ["open", "closed"].map((shelf) =>
    client.get<{ items: readonly Incident[] }>(`/remediations?shelf=${shelf}&limit=100`),
  );
  const all = (await Promise.all(lists)).flatMap(({ items }) => items);
  return all.find((one) => one.title === title && one.state === state);
}

const messageOf = ({ slack }: Receivers, title: string) =>
  slack.messages.find(({ thread, text }) => thread === undefined && text.includes(title));
const isShown = (receivers: Receivers, title: string, words: string) =>
  JSON.stringify(messageOf(receivers, title)?.blocks ?? "").includes(words);
const ticketOf = ({ desk }: Receivers, title: string) =>
  desk.incidents.find((row) => JSON.stringify(row).includes(title));

/** Somebody clicks on Approve: Slack signs that and sends it to the address of the function. The sandbox knows it by its host's name. */
async function click({ receivers, aws }: Response, ts: string): Promise<void> {
  const lambda = new Lambda(rootAccess(aws.endpoint, aws.securityAccount, aws.region));
  const { FunctionUrl = "" } = await lambda.getFunctionUrlConfig({ FunctionName: "bulwark-slack-clicks" });
  lambda.destroy();
  const { headers, body } = receivers.slack.click(ts, "bulwark:approve", APPROVER.user);
  const { hostname, port } = new URL(aws.endpoint);
  const to = { hostname, port, method: "POST", path: "/", headers: { ...headers, host: new URL(FunctionUrl).host } };
  const status = await new Promise<number>((resolve, reject) => {
    const sent = request(to, (answer) => answer.resume().on("end", () => resolve(answer.statusCode ?? 0)));
    sent.on("error", reject).end(body);
  });
  if (status !== 200) throw new Error(`clicking Approve in Slack: the function answered ${status}`);
}
