import { z } from "zod";

/** A group of AWS regions with its own ARNs, endpoints and control planes. */
export const Partition = z.enum(["aws", "aws-us-gov", "aws-cn"], {
  error: "must be one of aws, aws-us-gov, aws-cn",
});
export type Partition = z.infer<typeof Partition>;

/** The partition that a region name belongs to, by its prefix. */
export function partitionOf(region: string): Partition {
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  if (region.startsWith("cn-")) return "aws-cn";
  return "aws";
}

/**
 * The one region of a partition in which AWS Organizations puts its events on the bus
 * (AWS Organizations User Guide, "Endpoints and quotas").
 */
export function organizationsRegion(partition: Partition): string {
  return { aws: "us-east-1", "aws-us-gov": "us-gov-west-1", "aws-cn": "cn-northwest-1" }[partition];
}

/** Builds an ARN. `region` and `accountId` are empty for global resources and AWS's own. */
export function arn(
  partition: Partition,
  service: string,
  region: string,
  accountId: string,
  resource: string,
): string {
  return `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}

/** The ARN of a policy that AWS itself keeps, such as `service-role/AWSConfigRoleForOrganizations`. */
export function awsManagedPolicy(partition: Partition, policy: string): string {
  return arn(partition, "iam", "", "aws", `policy/${policy}`);
}

/** The ARN of an IAM role, `path` included in the name where there is one. */
export function roleArn(partition: Partition, accountId: string, role: string): string {
  return arn(partition, "iam", "", accountId, `role/${role}`);
}
