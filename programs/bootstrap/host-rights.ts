import { HOST_MANAGEMENT_SETTING, HOST_POLICY } from "../baseline/host-management.ts";
import { awsNames } from "../names.ts";
import { arn, type Partition } from "../partition.ts";
import { EXTENSION_DOCUMENTS } from "./extension-rights.ts";
import type { Statement } from "./policy-document.ts";
import { ASSOCIATION, ASSOCIATION_LISTING, ROLE_POLICY, SERVICE_ROLE, SERVICE_SETTING } from "./service-actions.ts";

/** The documents that the baseline and extensions associate. Any other could run anything on every host. */
const DOCUMENTS = [...new Set(["AWS-GatherSoftwareInventory", "AWS-RunPatchBaseline", ...EXTENSION_DOCUMENTS])];

/** What the baseline needs to have hosts managed, and no way to run commands of its own on them. */
export function hostRights({
  partition,
  regions,
}: {
  readonly partition: Partition;
  readonly regions: string[];
}): Statement[] {
  const ssm = (resource: string) => arn(partition, "ssm", "*", "*", resource);
  const inRegions = { StringEquals: { "aws:RequestedRegion": regions } };
  const role = arn(partition, "iam", "", "*", `role/${awsNames.hostManagementRole}`);
  return [
    {
      Sid: "HostManagement",
      Effect: "Allow",
      Action: SERVICE_SETTING,
      Resource: [ssm(HOST_MANAGEMENT_SETTING)],
      Condition: inRegions,
    },
    {
      Sid: "HostAssociations",
      Effect: "Allow",
      Action: ASSOCIATION,
      // Making one is decided on its document and on the hosts that it names.
      Resource: [
        ssm("association/*"),
        ...DOCUMENTS.map((name) => ssm(`document/${name}`)),
        arn(partition, "ec2", "*", "*", "instance/*"),
        ssm("managed-instance/*"),
      ],
      Condition: inRegions,
    },
    { Sid: "FindAssociations", Effect: "Allow", Action: ASSOCIATION_LISTING, Resource: ["*"], Condition: inRegions },
    { Sid: "HostRole", Effect: "Allow", Action: SERVICE_ROLE, Resource: [role] },
    {
      Sid: "HostRolePolicy",
      Effect: "Allow",
      Action: ROLE_POLICY,
      Resource: [role],
      Condition: { ArnEquals: { "iam:PolicyARN": arn(partition, "iam", "", "aws", HOST_POLICY) } },
    },
    {
      Sid: "PassHostRole",
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource: [role],
      Condition: { StringEquals: { "iam:PassedToService": "ssm.amazonaws.com" } },
    },
  ];
}
