import {
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  paginateListRoles,
} from "@aws-sdk/client-iam";
import { Inspector2Client, paginateListMembers } from "@aws-sdk/client-inspector2";
import {
  BatchGetSecurityControlsCommand,
  GetEnabledStandardsCommand,
  paginateDescribeStandardsControls,
  paginateListEnabledProductsForImport,
  SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import { DescribeAssociationCommand, ListAssociationsCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { RootAccess } from "../../sandbox/organization/root-access.ts";
import { SECURITY } from "../programs/samples.ts";
import { type AccountState, readAccount, unless } from "./account-state.ts";
import { readRoutes } from "./own-routes.ts";
import { readHostWork, readPolicies } from "./whole-hosts.ts";

type As = (accountId: string, region: string) => RootAccess;

/** What a member account holds of every type of resource that a baseline can have. */
export interface WholeState extends AccountState {
  /** `<role> <policy>`, of roles that are no service's own. */
  readonly attachments: readonly string[];
  /** `<policy> <document>` of the account's own. */
  readonly ownPolicies: readonly string[];
  readonly inEach: Record<string, Awaited<ReturnType<typeof readChoices>>>;
}

/** Reads an account with all that only some organizations choose to have there. */
export async function readWhole(as: As, accountId: string, regions: readonly string[]): Promise<WholeState> {
  const [account, attachments, ownPolicies, ...inEach] = await Promise.all([
    readAccount(as, accountId, regions),
    readAttachments(as(accountId, "us-east-1")),
    readPolicies(as(accountId, "us-east-1")),
    ...regions.map(async (region) => [region, await readChoices(as, accountId, region)] as const),
  ]);
  return { ...account, attachments, ownPolicies, inEach: Object.fromEntries(inEach) };
}

async function readAttachments(access: RootAccess): Promise<string[]> {
  const iam = new IAMClient(access);
  const attached: string[] = [];
  try {
    for await (const { Roles = [] } of paginateListRoles({ client: iam }, { PathPrefix: "/" })) {
      for (const { RoleName, Path } of Roles) {
        if (Path?.startsWith("/aws-service-role/")) continue;
        const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
        const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
        const policies = [...AttachedPolicies.map(({ PolicyArn }) => PolicyArn), ...PolicyNames];
        attached.push(...policies.map((policy) => `${RoleName} ${policy}`));
      }
    }
  } finally {
    iam.destroy();
  }
  return attached.sort();
}

async function readChoices(as: As, accountId: string, region: string) {
  const access = as(accountId, region);
  const [hub, inspectorMember, schedules, hosts, routes] = await Promise.all([
    readHubChoices(access),
    isInspectorMember(as(SECURITY, region), accountId),
    readSchedules(access),
    readHostWork(access),
    readRoutes(access),
  ]);
  return { ...hub, inspectorMember, schedules, hosts, routes };
}

/** Products whose findings the hub takes, controls that are off: `<control's ARN> <reason>`, and what is customized of ACM.1. */
async function readHubChoices(access: RootAccess) {
  const client = new SecurityHubClient(access);
  const products: string[] = [];
  const disabledControls: string[] = [];
  try {
    const enabled = await unless(client.send(new GetEnabledStandardsCommand({})), "InvalidAccessException");
    if (enabled === undefined) return { products, disabledControls, customParameters: [] };
    for await (const { ProductSubscriptions = [] } of paginateListEnabledProductsForImport({ client }, {})) {
      products.push(...ProductSubscriptions);
    }
    for (const { StandardsSubscriptionArn } of enabled.StandardsSubscriptions ?? []) {
      const pages = paginateDescribeStandardsControls({ client }, { StandardsSubscriptionArn });
      for await (const { Controls = [] } of pages) {
        const off = Controls.filter(({ ControlStatus }) => ControlStatus === "DISABLED");
        disabledControls.push(...off.map((control) => `${control.StandardsControlArn} ${control.DisabledReason}`));
      }
    }
    const asked = new BatchGetSecurityControlsCommand({ SecurityControlIds: ["ACM.1"] });
    const { SecurityControls: [acm] = [] } = await client.send(asked);
    const custom = Object.entries(acm?.Parameters ?? {}).filter(([, { ValueType }]) => ValueType === "CUSTOM");
    const customParameters = custom.map(([name, { Value }]) => `${name} ${JSON.stringify(Value)}`);
    return { products: products.sort(), disabledControls: disabledControls.sort(), customParameters };
  } finally {
    client.destroy();
  }
}

/** Whether the security account administers the account's Inspector. */
async function isInspectorMember(administrator: RootAccess, accountId: string): Promise<boolean> {
  const client = new Inspector2Client(administrator);
  try {
    for await (const { members = [] } of paginateListMembers({ client }, {})) {
      if (members.some((member) => member.accountId === accountId && member.relationshipStatus === "ENABLED"))
        return true;
    }
    return false;
  } finally {
    client.destroy();
  }
}

/** `<association> <schedule> <document>`. */
async function readSchedules(access: RootAccess): Promise<string[]> {
  const client = new SSMClient(access);
  try {
    const { Associations = [] } = await client.send(new ListAssociationsCommand({}));
    const whole = Associations.map(({ AssociationId }) =>
      client.send(new DescribeAssociationCommand({ AssociationId })),
    );
    return (await Promise.all(whole))
      .map(({ AssociationDescription: it }) => `${it?.AssociationName} ${it?.ScheduleExpression} ${it?.Name}`)
      .sort();
  } finally {
    client.destroy();
  }
}
