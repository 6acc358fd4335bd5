import { AccessAnalyzerClient, paginateListAnalyzers } from "@aws-sdk/client-accessanalyzer";
import {
  GuardDutyClient,
  ListOrganizationAdminAccountsCommand as ListGuardDutyAdmins,
} from "@aws-sdk/client-guardduty";
import {
  ListDelegatedAdministratorsCommand,
  ListRootsCommand,
  OrganizationsClient,
  paginateListAWSServiceAccessForOrganization,
} from "@aws-sdk/client-organizations";
import {
  GetFindingAggregatorCommand,
  ListFindingAggregatorsCommand,
  ListOrganizationAdminAccountsCommand as ListHubAdmins,
  SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import { OPTIONAL_SERVICES } from "../../programs/admin/optional-services.ts";
import type { CoreAccount } from "../../programs/core-accounts.ts";
import { type InspectorSettings, isInspected } from "../../programs/inspector-settings.ts";
import type { AdminInventory, AdminRegionInventory, DelegatedService } from "../../programs/inventory.ts";
import { readCoreRecorders } from "./core-recorders.ts";
import { readDetector, readFindingsExport } from "./guardduty.ts";
import { readInspectorAdministrator, readScans } from "./inspector.ts";
import { readInvitations } from "./invitations.ts";
import { clientSettings, defined, type Reading, reader, tagged } from "./reading.ts";
import { readRootAccess } from "./root-access.ts";
import { type ChosenControls, readHub } from "./security-hub.ts";

/** Services whose delegated administrator is registered through AWS Organizations itself, and visible there for all. */
const DELEGATED_SERVICES: readonly DelegatedService[] = [
  "securityhub.amazonaws.com",
  "guardduty.amazonaws.com",
  "access-analyzer.amazonaws.com",
  "inspector2.amazonaws.com",
  "config.amazonaws.com",
  "config-multiaccountsetup.amazonaws.com",
];

export interface AdminReading {
  readonly management: Reading;
  readonly security: Reading;
  readonly logArchive: Reading;
  /** Accounts outside of the organization that are to be invited. */
  readonly outsideMembers: readonly string[];
  /** Where each core account is recorded. */
  readonly recordedRegions: Readonly<Record<CoreAccount, readonly string[]>>;
  readonly organizationId: string;
  /** Where AWS Organizations is served. */
  readonly organizationsRegion: string;
  readonly homeRegion: string;
  /** Whether central root access is wanted, and may be read therefore. */
  readonly rootAccess?: boolean;
  readonly regions: readonly string[];
  /** Nothing is read of Inspector where it is not wanted: AWS does not offer it everywhere. */
  readonly inspector: InspectorSettings;
  readonly chosenControls: ChosenControls;
}

/**
 * Reads the organization's side of the security services and what the security account holds already. It only reads.
 * Throws `AwsCallError`.
 */
export async function readAdminInventory(request: AdminReading): Promise<AdminInventory> {
  const [
    delegated,
    enabledPolicyTypes,
    optionalAdministrators,
    trustedServices,
    rootAccess,
    findingAggregator,
    coreRecorders,
    outsideMembers,
    ...regions
  ] = await Promise.all([
    readAdministrators(request, DELEGATED_SERVICES),
    readPolicyTypes(request),
    readAdministrators(request, OPTIONAL_SERVICES),
    readTrustedServices(request),
    request.rootAccess ? readRootAccess(request.management, request.organizationsRegion) : undefined,
    readFindingAggregator(request),
    readCoreRecorders(request, request.recordedRegions, request.homeRegion),
    readOutsideMembers(request),
    ...request.regions.map(async (region) => [region, await readRegion(request, region)] as const),
  ]);
  return defined<AdminInventory>({
    organizationId: request.organizationId,
    delegatedAdministrators: delegated,
    enabledPolicyTypes,
    optionalAdministrators,
    rootAccess,
    trustedServices,
    regions: Object.fromEntries(regions),
    findingAggregator,
    coreRecorders,
    outsideMembers,
  });
}

async function readOutsideMembers({ security, outsideMembers, regions }: AdminReading) {
  const found = outsideMembers.map(async (accountId) => {
    return [accountId, await readInvitations(security, accountId, regions)] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

async function readAdministrators<Service extends string>(
  request: AdminReading,
  services: readonly Service[],
): Promise<Record<Service, string[]>> {
  const client = new OrganizationsClient(clientSettings(request.management, request.organizationsRegion));
  const { need } = reader(request.management, request.organizationsRegion, "the delegated administrators");
  try {
    const found = await Promise.all(
      services.map(async (service) => {
        const answer = await need("organizations:ListDelegatedAdministrators", () =>
          client.send(new ListDelegatedAdministratorsCommand({ ServicePrincipal: service })),
        );
        const ids = (answer.DelegatedAdministrators ?? []).flatMap(({ Id }) => (Id === undefined ? [] : [Id]));
        return [service, ids] as const;
      }),
    );
    return Object.fromEntries(found.filter(([, ids]) => ids.length > 0)) as Record<Service, string[]>;
  } finally {
    client.destroy();
  }
}

/** Those that are being enabled count: what is attached meanwhile, AWS refuses for a while only. */
async function readPolicyTypes(request: AdminReading): Promise<string[]> {
  const client = new OrganizationsClient(clientSettings(request.management, request.organizationsRegion));
  const { need } = reader(request.management, request.organizationsRegion, "the organization's root");
  try {
    const { Roots = [] } = await need("organizations:ListRoots", () => client.send(new ListRootsCommand({})));
    return Roots.flatMap(({ PolicyTypes = [] }) => PolicyTypes)
      .filter(({ Status }) => Status !== "PENDING_DISABLE")
      .flatMap(({ Type }) => (Type === undefined ? [] : [Type]));
  } finally {
    client.destroy();
  }
}

async function readTrustedServices(request: AdminReading): Promise<string[]> {
  const client = new OrganizationsClient(clientSettings(request.management, request.organizationsRegion));
  const { need } = reader(request.management, request.organizationsRegion, "the trusted services");
  try {
    return await need("organizations:ListAWSServiceAccessForOrganization", async () => {
      const services: string[] = [];
      for await (const page of paginateListAWSServiceAccessForOrganization({ client }, {})) {
        for (const { ServicePrincipal } of page.EnabledServicePrincipals ?? []) {
          if (ServicePrincipal !== undefined) services.push(ServicePrincipal);
        }
      }
      return services;
    });
  } finally {
    client.destroy();
  }
}

async function readFindingAggregator(request: AdminReading): Promise<AdminInventory["findingAggregator"]> {
  const client = new SecurityHubClient(clientSettings(request.security, request.homeRegion));
  const { find } = reader(request.security, request.homeRegion, "the finding aggregator");
  const absent = ["InvalidAccessException", "ResourceNotFoundException"];
  try {
    const list = await find(
      "securityhub:ListFindingAggregators",
      () => client.send(new ListFindingAggregatorsCommand({})),
      absent,
    );
    const FindingAggregatorArn = list?.FindingAggregators?.[0]?.FindingAggregatorArn;
    if (FindingAggregatorArn === undefined) return undefined;
    const aggregator = await find(
      "securityhub:GetFindingAggregator",
      () => client.send(new GetFindingAggregatorCommand({ FindingAggregatorArn })),
      absent,
    );
    if (aggregator === undefined) return undefined;
    return {
      arn: FindingAggregatorArn,
      region: aggregator.FindingAggregationRegion ?? request.homeRegion,
      linkingMode: aggregator.RegionLinkingMode ?? "ALL_REGIONS",
      ...(aggregator.Regions === undefined ? {} : { specifiedRegions: aggregator.Regions }),
    };
  } finally {
    client.destroy();
  }
}

async function readRegion(request: AdminReading, region: string): Promise<AdminRegionInventory> {
  const [hub, detector, organizationAnalyzers, securityHubAdministrator, guardDutyAdministrator, inspector] =
    await Promise.all([
      readHub(request.security, region, request.chosenControls),
      readDetector(request.security, region),
      readOrganizationAnalyzers(request.security, region),
      readHubAdministrator(request.management, region),
      readGuardDutyAdministrator(request.management, region),
      isInspected(request.inspector, region) ? readInspector(request, region) : undefined,
    ]);
  const findingsExport =
    detector === undefined ? undefined : await readFindingsExport(request.security, region, detector.id);
  return defined<AdminRegionInventory>({
    hub,
    detector,
    findingsExport,
    organizationAnalyzers,
    securityHubAdministrator,
    guardDutyAdministrator,
    inspectorAdministrator: inspector?.administrator,
    inspectorScans: inspector?.scans,
  });
}

async function readInspector({ management, security }: AdminReading, region: string) {
  const [administrator, ofManagement, ofSecurity] = await Promise.all([
    readInspectorAdministrator(management, region),
    readScans(management, region),
    readScans(security, region),
  ]);
  return { administrator, scans: { management: ofManagement, security: ofSecurity } };
}

type Analyzer = AdminRegionInventory["organizationAnalyzers"][number];

async function readOrganizationAnalyzers(
  reading: Reading,
  region: string,
): Promise<AdminRegionInventory["organizationAnalyzers"]> {
  const client = new AccessAnalyzerClient(clientSettings(reading, region));
  const { need } = reader(reading, region, "the organization's analyzers");
  try {
    return await need("access-analyzer:ListAnalyzers", async () => {
      const found: Analyzer[] = [];
      for await (const page of paginateListAnalyzers({ client }, { type: "ORGANIZATION" })) {
        for (const { name, arn, tags } of page.analyzers ?? []) {
          if (name !== undefined && arn !== undefined) found.push(defined<Analyzer>({ name, arn, tags: tagged(tags) }));
        }
      }
      return found;
    });
  } finally {
    client.destroy();
  }
}

async function readHubAdministrator(reading: Reading, region: string): Promise<string | undefined> {
  const client = new SecurityHubClient(clientSettings(reading, region));
  const { need } = reader(reading, region, "the Security Hub administrator");
  try {
    const answer = await need("securityhub:ListOrganizationAdminAccounts", () => client.send(new ListHubAdmins({})));
    return answer.AdminAccounts?.[0]?.AccountId;
  } finally {
    client.destroy();
  }
}

async function readGuardDutyAdministrator(reading: Reading, region: string): Promise<string | undefined> {
  const client = new GuardDutyClient(clientSettings(reading, region));
  const { need } = reader(reading, region, "the GuardDuty administrator");
  try {
    const answer = await need("guardduty:ListOrganizationAdminAccounts", () =>
      client.send(new ListGuardDutyAdmins({})),
    );
    return answer.AdminAccounts?.[0]?.AdminAccountId;
  } finally {
    client.destroy();
  }
}
