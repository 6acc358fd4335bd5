import { IAM } from "@aws-sdk/client-iam";
import { SSM } from "@aws-sdk/client-ssm";
import { awsNames, names } from "../../programs/names.ts";
import { type Member, type TurnedOff, WHOLE } from "./turned-off-row.ts";

const SYSTEM = "AMAZON_LINUX_2023";
const REMEDIATION = "s3-public-access-block";

const ssm = ({ own }: Member) => new SSM(own(WHOLE));
const iam = ({ own }: Member) => new IAM(own(WHOLE));

/** What all rows have. */
const byMember = { by: "member", forbidden: false } as const;

async function windowOf(member: Member): Promise<string | undefined> {
  const { WindowIdentities = [] } = await ssm(member).describeMaintenanceWindows({});
  return WindowIdentities.find(({ Name }) => Name === awsNames.patchWindow("weekly"))?.WindowId;
}

async function baselineOf(member: Member, owner: "AWS" | "Self"): Promise<string | undefined> {
  const { BaselineIdentities = [] } = await ssm(member).describePatchBaselines({
    Filters: [{ Key: "OWNER", Values: [owner] }],
  });
  return BaselineIdentities.find(({ OperatingSystem }) => OperatingSystem === SYSTEM)?.BaselineId;
}

/** What a baseline has for hosts and remediations, in this order: AWS keeps a patch baseline that is a default or a group's. */
export const HOSTS_TURNED_OFF: readonly TurnedOff[] = [
  {
    ...byMember,
    type: "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask",
    drifts: () => names.patchWindowTask("weekly", WHOLE),
    turnOff: async (member) => {
      const WindowId = await windowOf(member);
      const { Tasks: [task] = [] } = await ssm(member).describeMaintenanceWindowTasks({ WindowId });
      await ssm(member).deregisterTaskFromMaintenanceWindow({ WindowId, WindowTaskId: task?.WindowTaskId });
    },
    shownBy: (state) => state.inEach[WHOLE]?.hosts.windows.map(({ tasks }) => tasks),
  },
  {
    ...byMember,
    type: "aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget",
    drifts: () => names.patchWindowHosts("weekly", WHOLE),
    turnOff: async (member) => {
      const WindowId = await windowOf(member);
      const { Targets: [target] = [] } = await ssm(member).describeMaintenanceWindowTargets({ WindowId });
      await ssm(member).deregisterTargetFromMaintenanceWindow({ WindowId, WindowTargetId: target?.WindowTargetId });
    },
    shownBy: (state) => state.inEach[WHOLE]?.hosts.windows.map(({ hosts }) => hosts),
  },
  {
    ...byMember,
    type: "aws:ssm/maintenanceWindow:MaintenanceWindow",
    drifts: () => names.patchWindow("weekly", WHOLE),
    turnOff: async (member) => ssm(member).deleteMaintenanceWindow({ WindowId: await windowOf(member) }),
    shownBy: (state) => state.inEach[WHOLE]?.hosts.windows.map(({ Name }) => Name),
  },
  {
    ...byMember,
    type: "aws:ssm/patchGroup:PatchGroup",
    drifts: () => names.patchGroup("linux", "web", WHOLE),
    turnOff: async (member) => {
      const BaselineId = await baselineOf(member, "Self");
      await ssm(member).deregisterPatchBaselineForPatchGroup({ BaselineId, PatchGroup: "web" });
    },
    shownBy: (state) => state.inEach[WHOLE]?.hosts.patchGroups,
  },
  {
    ...byMember,
    type: "aws:ssm/defaultPatchBaseline:DefaultPatchBaseline",
    drifts: () => names.defaultPatchBaseline(SYSTEM, WHOLE),
    turnOff: async (member) =>
      ssm(member).registerDefaultPatchBaseline({ BaselineId: await baselineOf(member, "AWS") }),
    shownBy: (state) => state.inEach[WHOLE]?.hosts.defaultIsOwn,
  },
  {
    ...byMember,
    type: "aws:ssm/patchBaseline:PatchBaseline",
    drifts: () => names.patchBaseline("linux", WHOLE),
    turnOff: async (member) => ssm(member).deletePatchBaseline({ BaselineId: await baselineOf(member, "Self") }),
    shownBy: (state) => state.inEach[WHOLE]?.hosts.patchBaselines,
  },
  {
    ...byMember,
    type: "aws:ssm/document:Document",
    drifts: () => names.hostDocument("patch-now", WHOLE),
    turnOff: async (member) => {
      const { DocumentIdentifiers = [] } = await ssm(member).listDocuments({
        Filters: [{ Key: "Owner", Values: ["Self"] }],
      });
      const found = DocumentIdentifiers.find(({ Name }) => /patch-?now/i.test(Name ?? ""));
      await ssm(member).deleteDocument({ Name: found?.Name });
    },
    shownBy: (state) => state.inEach[WHOLE]?.hosts.documents,
  },
  {
    ...byMember,
    type: "aws:iam/policy:Policy",
    drifts: () => names.hostPolicy,
    turnOff: (member) => {
      const Statement = [{ Effect: "Deny", Action: "s3:*", Resource: "*" }];
      return iam(member).createPolicyVersion({
        PolicyArn: `arn:aws:iam::${member.accountId}:policy/${awsNames.hostPolicy}`,
        PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
        SetAsDefault: true,
      });
    },
    shownBy: ({ ownPolicies }) => ownPolicies,
  },
  {
    ...byMember,
    type: "aws:iam/role:Role",
    drifts: () => names.remediationRole(REMEDIATION),
    turnOff: async (member) => {
      const RoleName = awsNames.remediationRole(REMEDIATION);
      const { PolicyNames: [PolicyName] = [] } = await iam(member).listRolePolicies({ RoleName });
      await iam(member).deleteRolePolicy({ RoleName, PolicyName });
    },
    shownBy: ({ attachments }) => attachments.filter((one) => one.startsWith(awsNames.remediationRole(REMEDIATION))),
  },
];
