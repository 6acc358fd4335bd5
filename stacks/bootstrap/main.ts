// `make bootstrap`: run once, and after an upgrade that changes the roles, by an administrator of the management account.
// It creates the four kinds of roles through which Bulwark reaches the organization's accounts; `--print` only shows
// them. The roles of member accounts are created by the service when an account is onboarded; with `--outside <account>`
// an administrator of an account outside of the organization lets Bulwark in.
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { IAMClient } from "@aws-sdk/client-iam";
import { DescribeOrganizationCommand, OrganizationsClient } from "@aws-sdk/client-organizations";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { z } from "zod";
import { guardrailPolicyTypes } from "../../programs/admin/guardrails/policies.ts";
import { bootstrapRoles, outsideDeploymentRole, type PlacedRole } from "../../programs/bootstrap/roles.ts";
import { outsideMember } from "../../programs/outside-members.ts";
import { organizationsRegion, roleArn } from "../../programs/partition.ts";
import { OrganizationSettings } from "../../programs/settings.ts";
import { AwsCallError, callAws } from "../aws/call-error.ts";
import { createRoleChain } from "../aws/role-chain.ts";
import { logsOrganizationEvents, missingTrailNote } from "./event-trail.ts";
import { enablePolicyTypes } from "./policy-types.ts";
import { ensureRole } from "./role.ts";

const settingsPath = process.env.BULWARK_SETTINGS;

interface Asked {
  readonly printOnly: boolean;
  readonly outside: string | undefined;
}

/** What was typed wrong must not do what was not asked for: these are an administrator's rights. */
function readArguments(): Asked {
  try {
    const options = { print: { type: "boolean", default: false }, outside: { type: "string" } } as const;
    const { print, outside } = parseArgs({ options, allowPositionals: false }).values;
    return { printOnly: print, outside };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${why.replace(/\.$/, "")}. Known are --print and --outside <account>; nothing was done.`);
  }
}

async function readSettings(): Promise<OrganizationSettings> {
  if (settingsPath === undefined || settingsPath === "") {
    throw new Error("BULWARK_SETTINGS is not set: name the JSON file with the organization's settings");
  }
  const text = await readFile(settingsPath, "utf8");
  try {
    return OrganizationSettings.parse(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw new Error(`reading ${settingsPath}: ${String(error)}`);
    const wrong = error.issues.map(({ path, message }) => `\n  ${path.join(".") || "document"}: ${message}`);
    throw new Error(`the settings in ${settingsPath} are wrong:${wrong.join("")}`);
  }
}

async function bootstrap(): Promise<void> {
  const { printOnly, outside } = readArguments();
  const settings = await readSettings();
  const region = settings.homeRegion;
  const { management } = settings.accounts;
  const sts = new STSClient({ region });
  const place = (activity: string, call: string, accountId: string) => ({ activity, accountId, region, call });
  const identity = await callAws(place("asking who runs the bootstrap", "sts:GetCallerIdentity", management), () =>
    sts.send(new GetCallerIdentityCommand({})),
  );
  if (outside !== undefined) return bootstrapOutside(settings, { accountId: outside, printOnly }, identity);
  if (identity.Account !== management) {
    throw new Error(
      `the bootstrap runs as ${identity.Arn}, which is not in the management account ${management}: use credentials of an administrator there`,
    );
  }
  const organizations = new OrganizationsClient({ region: organizationsRegion(settings.partition) });
  const { Organization } = await callAws(
    place("describing the organization", "organizations:DescribeOrganization", management),
    () => organizations.send(new DescribeOrganizationCommand({})),
  );
  if (Organization?.Id === undefined) throw new Error(`account ${management} manages no organization`);
  const roles = bootstrapRoles(settings, Organization.Id);
  if (printOnly) {
    console.log(JSON.stringify(roles, null, 2));
    return;
  }
  const chain = createRoleChain({ settings });
  const sessionIn = async (accountId: string) => {
    const role = roleArn(settings.partition, accountId, settings.roles.bootstrap);
    const { expiration: _, ...keys } = await chain.sessionAs(role, "bulwark-bootstrap");
    return keys;
  };
  for (const { accountId, role } of roles) {
    const credentials = accountId === management ? undefined : await sessionIn(accountId);
    await setUp(settings, { accountId, role }, new IAMClient({ region, ...(credentials && { credentials }) }));
  }
  const enabled = await callAws(
    place("enabling the policy types of the guardrails", "organizations:EnablePolicyType", management),
    () => enablePolicyTypes(organizations, guardrailPolicyTypes(settings.features)),
  );
  for (const type of enabled) console.log(`${management}  ${type.padEnd(28)} enabled`);
  await lookForTrail(settings);
}

async function setUp({ partition, homeRegion }: OrganizationSettings, placed: PlacedRole, iam: IAMClient) {
  const { accountId, role } = placed;
  const outcome = await ensureRole({ iam, partition, accountId, region: homeRegion }, role);
  console.log(`${accountId}  ${role.roleName.padEnd(28)} ${outcome}`);
  iam.destroy();
}

/** The role of an account that the settings name as outside of the organization, by credentials of an administrator there. */
async function bootstrapOutside(
  settings: OrganizationSettings,
  { accountId, printOnly }: { readonly accountId: string; readonly printOnly: boolean },
  { Account, Arn }: { readonly Account?: string | undefined; readonly Arn?: string | undefined },
): Promise<void> {
  if (outsideMember(settings, accountId) === undefined) {
    throw new Error(`--outside ${accountId}: features.securityHub.outsideMembers does not name this account`);
  }
  if (Account !== accountId) {
    throw new Error(
      `the bootstrap runs as ${Arn}, which is not in account ${accountId}: use credentials of an administrator there`,
    );
  }
  const role = outsideDeploymentRole(settings);
  if (printOnly) console.log(JSON.stringify([{ accountId, role }], null, 2));
  else await setUp(settings, { accountId, role }, new IAMClient({ region: settings.homeRegion }));
}

/** Says where new accounts would not be heard of. What can't be looked at is said, too, and no failure: the roles stand. */
async function lookForTrail({ accounts: { management }, partition }: OrganizationSettings): Promise<void> {
  const region = organizationsRegion(partition);
  const cloudTrail = new CloudTrailClient({ region });
  try {
    if (!(await logsOrganizationEvents(cloudTrail))) console.log(missingTrailNote(management, region));
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    console.log(`Note: could not see whether a CloudTrail trail logs management events in ${region}: ${why}`);
  } finally {
    cloudTrail.destroy();
  }
}

try {
  await bootstrap();
} catch (error) {
  console.error(`bootstrap: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof AwsCallError) console.error(error.remedy);
  process.exitCode = 1;
}
