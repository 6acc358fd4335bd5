import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { DestinationProperties } from "@aws-sdk/client-guardduty";
import { GetKeyPolicyCommand, KMSClient } from "@aws-sdk/client-kms";
import { GetBucketPolicyCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { Aws } from "../../gateway/emulator.ts";
import { DEFAULT_REGIONS } from "../account/regions.ts";
import { createBucketOwners } from "../bucket-owner.ts";
import { allowsService } from "../config/resource-policy.ts";

/** A detector that exports, by its account and region. */
interface Source {
  readonly accountId: string;
  readonly region: string;
  readonly detectorId: string;
}

/** Exports findings as GuardDuty itself would. */
export interface Exporter {
  /** Whether the policies of bucket and key let GuardDuty's service principal of the region in, as this detector. */
  mayExport(source: Source, to: DestinationProperties): Promise<boolean>;
  /** Writes a finding. AWS does so within five minutes. */
  export(
    finding: { readonly accountId: string; readonly region: string; readonly finding: object },
    to: DestinationProperties,
  ): Promise<void>;
}

export function createExporter(aws: Aws): Exporter {
  const owners = createBucketOwners(aws);

  /** Opt-in regions have a principal of their own (GuardDuty user guide, "Exporting generated findings"). */
  const principalOf = (region: string) =>
    DEFAULT_REGIONS.includes(region) ? "guardduty.amazonaws.com" : `guardduty.${region}.amazonaws.com`;

  async function bucketPolicy(owner: string, bucket: string): Promise<string | undefined> {
    try {
      const answer = await owners.asRoot(owner, (s3) => s3.send(new GetBucketPolicyCommand({ Bucket: bucket })));
      return answer.Policy;
    } catch (error) {
      if (error instanceof Error && error.name === "NoSuchBucketPolicy") return undefined;
      throw error;
    }
  }

  async function keyPolicy(keyArn: string): Promise<string | undefined> {
    const [, , , region = "", accountId = ""] = keyArn.split(":");
    const kms = new KMSClient(aws.asRoot(accountId, region));
    try {
      return (await kms.send(new GetKeyPolicyCommand({ KeyId: keyArn, PolicyName: "default" }))).Policy;
    } catch (error) {
      const name = error instanceof Error ? error.name : "";
      if (name === "NotFoundException" || name === "AccessDeniedException") return undefined;
      throw error;
    } finally {
      kms.destroy();
    }
  }

  return {
    async mayExport({ accountId, region, detectorId }, { DestinationArn = "", KmsKeyArn = "" }) {
      const { bucket } = placeOf(DestinationArn);
      const { partition } = aws.organization;
      const service = principalOf(region);
      const context = {
        "aws:securetransport": "true",
        "aws:principalisawsservice": "true",
        "aws:principalservicename": service,
        "aws:sourceaccount": accountId,
        "aws:sourcearn": `arn:${partition}:guardduty:${region}:${accountId}:detector/${detectorId}`,
      };
      const owner = await owners.ownerOf(bucket, accountId);
      if (owner === undefined) return false;
      const [bucketSays, keySays] = await Promise.all([bucketPolicy(owner, bucket), keyPolicy(KmsKeyArn)]);
      const arn = `arn:${partition}:s3:::${bucket}`;
      const writing = {
        ...context,
        "s3:x-amz-server-side-encryption": "aws:kms",
        "s3:x-amz-server-side-encryption-aws-kms-key-id": KmsKeyArn,
      };
      return (
        allowsService(bucketSays, { service, action: "s3:GetBucketLocation", resource: arn, context }) &&
        allowsService(bucketSays, {
          service,
          action: "s3:PutObject",
          resource: `${arn}/AWSLogs/${accountId}/GuardDuty/${region}/test`,
          context: writing,
        }) &&
        allowsService(keySays, { service, action: "kms:GenerateDataKey", resource: KmsKeyArn, context })
      );
    },

    async export({ accountId, region, finding }, { DestinationArn = "", KmsKeyArn }) {
      const { bucket, prefix } = placeOf(DestinationArn);
      const owner = await owners.ownerOf(bucket, accountId);
      // GuardDuty stops exporting to a bucket that is gone, and goes on finding.
      if (owner === undefined) return;
      const day = new Date(aws.now()).toISOString().slice(0, 10).replaceAll("-", "/");
      const put = new PutObjectCommand({
        Bucket: bucket,
        Key: `${prefix}AWSLogs/${accountId}/GuardDuty/${region}/${day}/${randomUUID()}.jsonl.gz`,
        Body: gzipSync(`${JSON.stringify(finding)}\n`),
        ServerSideEncryption: "aws:kms",
        SSEKMSKeyId: KmsKeyArn,
      });
      await owners.asRoot(owner, (s3) => s3.send(put));
    },
  };
}

/** Bucket and folder of `arn:aws:s3:::bucket/folder/`. */
function placeOf(arn: string): { readonly bucket: string; readonly prefix: string } {
  const path = arn.split(":").at(-1) ?? "";
  const slash = path.indexOf("/");
  return slash < 0 ? { bucket: path, prefix: "" } : { bucket: path.slice(0, slash), prefix: path.slice(slash + 1) };
}
