import { HOST_MANAGEMENT_SETTING, HOST_POLICY, WINDOW_POLICY } from "../baseline/host-management.ts";
import { awsNames } from "../names.ts";
import { arn, awsManagedPolicy } from "../partition.ts";
import type { OrganizationSettings } from "../settings.ts";
import { EXTENSION_DOCUMENTS } from "./extension-rights.ts";
import type { Statement } from "./policy-document.ts";
import {
  ASSOCIATION,
  ASSOCIATION_LISTING,
  DOCUMENT,
  HOST_POLICY_ACTIONS,
  MAINTENANCE_WINDOW,
  PATCH_BASELINE,
  ROLE_POLICY,
  SERVICE_ROLE,
  SERVICE_SETTING,
  WINDOW_TASK,
} from "./service-actions.ts";

/**
 * The documents that the baseline and extensions associate: some of AWS's, the baseline's own, which it alone may write, and those of the
 * account's team. Whoever has the role can so have hosts run what they want; a document of another name is out of its reach.
 */
const OWN_DOCUMENTS = "document/Bulwark-*";
const AWS_DOCUMENTS = ["AWS-GatherSoftwareInventory", "AWS-RunPatchBaseline"];
const DOCUMENTS = [
  ...new Set([...AWS_DOCUMENTS, ...EXTENSION_DOCUMENTS].map((name) => `document/${name}`)),
  OWN_DOCUMENTS,
];

type Settings = Pick<OrganizationSettings, "partition" | "regions" | "features">;

/** What the baseline needs to have hosts managed, scanned and patched. What windows run may be set only while there are any. */
export function hostRights({ partition, regions, features }: Settings): Statement[] {
  const { enabled, patching } = features.systemsManager;
  const hasWindows = enabled && patching.enabled && patching.windows.length > 0;
  const ssm = (resource: string) => arn(partition, "ssm", "*", "*", resource);
  const inRegions = { StringEquals: { "aws:RequestedRegion": regions } };
  const role = arn(partition, "iam", "", "*", `role/${awsNames.hostManagementRole}`);
  const patchingRole = arn(partition, "iam", "", "*", `role/${awsNames.patchingRole}`);
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
        ...DOCUMENTS.map(ssm),
        arn(partition, "ec2", "*", "*", "instance/*"),
        ssm("managed-instance/*"),
        // Tagged by the same calls.
        ssm("maintenancewindow/*"),
        ssm("patchbaseline/*"),
      ],
      Condition: inRegions,
    },
    { Sid: "FindAssociations", Effect: "Allow", Action: ASSOCIATION_LISTING, Resource: ["*"], Condition: inRegions },
    { Sid: "HostDocuments", Effect: "Allow", Action: DOCUMENT, Resource: [ssm(OWN_DOCUMENTS)], Condition: inRegions },
    {
      // Making a baseline or a window names none, and AWS's own baselines become the default again.
      Sid: "Patching",
      Effect: "Allow",
      Action: [...PATCH_BASELINE, ...MAINTENANCE_WINDOW, ...(hasWindows ? WINDOW_TASK : [])],
      Resource: ["*"],
      Condition: inRegions,
    },
    {
      Sid: "HostReportPolicy",
      Effect: "Allow",
      Action: HOST_POLICY_ACTIONS,
      Resource: [arn(partition, "iam", "", "*", `policy/${awsNames.hostPolicy}`)],
    },
    { Sid: "HostRole", Effect: "Allow", Action: SERVICE_ROLE, Resource: [role, patchingRole] },
    {
      Sid: "HostRolePolicy",
      Effect: "Allow",
      Action: ROLE_POLICY,
      Resource: [role],
      Condition: { ArnEquals: { "iam:PolicyARN": arn(partition, "iam", "", "aws", HOST_POLICY) } },
    },
    {
      Sid: "PatchingRolePolicy",
      Effect: "Allow",
      Action: ROLE_POLICY,
      Resource: [patchingRole],
      Condition: { ArnEquals: { "iam:PolicyARN": awsManagedPolicy(partition, WINDOW_POLICY) } },
    },
    {
      Sid: "PassHostRole",
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource: hasWindows ? [role, patchingRole] : [role],
      Condition: { StringEquals: { "iam:PassedToService": "ssm.amazonaws.com" } },
    },
  ];
}
