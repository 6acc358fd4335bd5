import { GetPolicyVersionCommand, IAMClient, ListPoliciesCommand } from "@aws-sdk/client-iam";
import { SSM } from "@aws-sdk/client-ssm";
import type { RootAccess } from "../../sandbox/organization/root-access.ts";

const OperatingSystem = "AMAZON_LINUX_2023";

/** What an account tells the hosts of a region to do: documents, patches and windows, by the names that the account gave them. */
export async function readHostWork(access: RootAccess) {
  const ssm = new SSM(access);
  try {
    const [documents, baselines, standard, groups, windows] = await Promise.all([
      ssm.listDocuments({ Filters: [{ Key: "Owner", Values: ["Self"] }] }),
      ssm.describePatchBaselines({ Filters: [{ Key: "OWNER", Values: ["Self"] }] }),
      ssm.getDefaultPatchBaseline({ OperatingSystem }),
      ssm.describePatchGroups({}),
      ssm.describeMaintenanceWindows({}),
    ]);
    const named = baselines.BaselineIdentities ?? [];
    const inWindows = (windows.WindowIdentities ?? []).map(async ({ Name, WindowId }) => {
      const [hosts, tasks] = await Promise.all([
        ssm.describeMaintenanceWindowTargets({ WindowId }),
        ssm.describeMaintenanceWindowTasks({ WindowId }),
      ]);
      return {
        Name,
        hosts: hosts.Targets?.map(({ Targets }) => Targets),
        tasks: tasks.Tasks?.map((task) => task.TaskArn),
      };
    });
    return {
      documents: (documents.DocumentIdentifiers ?? []).map(({ Name }) => Name).sort(),
      patchBaselines: named.map(({ BaselineName }) => BaselineName).sort(),
      defaultIsOwn: named.some(({ BaselineId }) => BaselineId === standard.BaselineId),
      patchGroups: (groups.Mappings ?? []).map(({ PatchGroup }) => PatchGroup).sort(),
      windows: await Promise.all(inWindows),
    };
  } finally {
    ssm.destroy();
  }
}

/** The account's own policies, as they are in force. */
export async function readPolicies(access: RootAccess): Promise<string[]> {
  const iam = new IAMClient(access);
  try {
    const { Policies = [] } = await iam.send(new ListPoliciesCommand({ Scope: "Local" }));
    const whole = Policies.map(async ({ Arn: PolicyArn, DefaultVersionId: VersionId }) => {
      const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
      return `${PolicyArn} ${PolicyVersion?.Document}`;
    });
    return (await Promise.all(whole)).sort();
  } finally {
    iam.destroy();
  }
}
