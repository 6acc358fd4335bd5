import { S3 } from "@aws-sdk/client-s3";
import {
  type Found,
  findingWith,
  hubOf,
  type Incident,
  importFinding,
  incidentIn,
  indexedAs,
  messageSaying,
  rootOf,
  type Scene,
  type Stage,
  short,
  ticketOf,
  toldHistory,
} from "./incidents.ts";

const CLOSED = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };

/** A bucket of a member account is opened to the world, closed by itself, and given back as it was when a person asks for that. */
export function publicBucket(stage: Stage, account: string): Scene {
  const bucket = `clearing-statements-${account}`;
  const s3 = new S3({ ...rootOf(stage, account), forcePathStyle: true });
  const found: Found = {
    ...{ id: `demo/${bucket}`, account, product: "GuardDuty", severity: "HIGH" },
    type: "TTPs/Policy:S3-BucketAnonymousAccessGranted",
    title: `Everybody can read the bucket ${bucket}`,
    description: "Its public access block is gone, and its policy allows reading to everybody.",
    resource: { type: "AwsS3Bucket", id: `arn:aws:s3:::${bucket}` },
  };
  const block = async () => {
    const answer = await s3.getPublicAccessBlock({ Bucket: bucket }).catch((error: Error) => {
      if (error.name === "NoSuchPublicAccessBlockConfiguration") return undefined;
      throw error;
    });
    return answer?.PublicAccessBlockConfiguration ?? "none";
  };

  return {
    account,
    title: `a public bucket in account ${account}: closed by itself, given back when a person asks`,

    async prepare() {
      await s3.createBucket({ Bucket: bucket });
      await s3.deletePublicAccessBlock({ Bucket: bucket });
      const everybody = {
        Effect: "Allow",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: `arn:aws:s3:::${bucket}/*`,
      };
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [everybody] });
      await s3.putBucketPolicy({ Bucket: bucket, Policy });
      await s3.putPublicAccessBlock({ Bucket: bucket, PublicAccessBlockConfiguration: CLOSED });
    },

    async play(begin) {
      const hub = hubOf(stage, account);
      await s3.deletePublicAccessBlock({ Bucket: bucket });
      const { saw, seen } = begin();
      saw("AWS", `s3:DeletePublicAccessBlock ${bucket}, whose policy lets everybody read`);
      await importFinding(hub, stage.region, found, new Date());
      saw("Security Hub", `finding, ${found.severity}: ${found.title}`);
      const [incident] = await Promise.all([
        seen(
          "API",
          "the incident to be verified",
          incidentIn(stage, found, "verified"),
          (one) => `incident ${short(one.id)}: ${toldHistory(one)}`,
        ),
        seen(
          "AWS",
          `the bucket ${bucket} to be closed`,
          async () => {
            const live = await block();
            return live !== "none" && Object.values(live).every((one) => one) ? live : undefined;
          },
          () => "the bucket is closed: all four settings of its public access block are on",
        ),
        seen(
          "Security Hub",
          "the finding to be RESOLVED",
          findingWith(hub, found.id, "RESOLVED"),
          ({ Note }) => `finding RESOLVED, note: ${Note?.Text}`,
        ),
        seen("Slack", "a message", messageSaying(stage, bucket), ({ channel }) => `message in channel ${channel}`),
        seen(
          "Slack",
          "the message to say so",
          messageSaying(stage, bucket, "Remediated"),
          ({ text }) => `message now: ${text}`,
        ),
        seen("Splunk", "the finding", indexedAs(stage, found.id, "NEW"), () => "finding indexed, workflow NEW"),
        seen(
          "Splunk",
          "the finding's end",
          indexedAs(stage, found.id, "RESOLVED"),
          () => "finding indexed, workflow RESOLVED",
        ),
      ]);
      await undone(incident);

      async function undone({ id }: Incident): Promise<void> {
        const { token } = await stage.client.post<{ token: string }>("/tokens", { name: "ben", role: "operator" });
        const { kind, requestedBy } = await stage
          .as(token)
          .post<{ kind: string; requestedBy: string }>(`/remediations/${id}/undo`, {});
        saw("API", `POST /remediations/${short(id)}.../undo: ${kind} asked for by ${requestedBy}, an operator`);
        await Promise.all([
          seen(
            "AWS",
            `the bucket ${bucket} to be as it was`,
            async () => ((await block()) === "none" ? true : undefined),
            () => "the bucket is as it was before: no public access block of its own",
          ),
          seen(
            "API",
            "the incident to be undone",
            incidentIn(stage, found, "undone"),
            (one) => `incident ${short(id)}: ${toldHistory(one)}`,
          ),
          seen(
            "Slack",
            "the message to say so",
            messageSaying(stage, bucket, "Undone"),
            ({ text }) => `message now: ${text}`,
          ),
          seen(
            "service desk",
            "an open ticket that says so",
            ticketOf(stage, bucket, "Open", "undone"),
            ({ IncidentID }) => `ticket ${IncidentID} is open: the bucket is a person's again`,
          ),
        ]);
      }
    },
  };
}
