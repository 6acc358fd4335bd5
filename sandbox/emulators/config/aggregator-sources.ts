import type {
  AggregatedSourceStatus,
  OrganizationAggregationSource,
  PutConfigurationAggregatorRequest,
} from "@aws-sdk/client-config-service";
import { AwsError, type Call } from "../../gateway/emulator.ts";
import { DEFAULT_REGIONS } from "../account/regions.ts";
import { type Aggregator, type Config, invalid } from "./state.ts";

const PRINCIPAL = "config.amazonaws.com";

/** Accounts of one aggregator (Config developer guide, "Service Limits"). */
const MOST_ACCOUNTS = 10_000;

/**
 * What an aggregator collects from, checked. An organization's needs its management account, which turns trusted access
 * on by that, or a delegated administrator for Config. Throws as PutConfigurationAggregator does.
 */
export function aggregatorSources(
  config: Config,
  accountId: string,
  input: PutConfigurationAggregatorRequest,
): Aggregator["sources"] {
  const { AccountAggregationSources: accounts = [], OrganizationAggregationSource: whole, AggregatorFilters } = input;
  if (accounts.length > 0 && whole !== undefined) {
    throw invalid(
      "The configuration aggregator cannot be created because your request contains both the AccountAggregationSource and the OrganizationAggregationSource. Include only one aggregation source and try again.",
    );
  }
  const filters = AggregatorFilters === undefined ? {} : { AggregatorFilters };
  if (whole !== undefined) {
    checkRegions(whole);
    checkRole(whole);
    enterOrganization(config, accountId);
    return { OrganizationAggregationSource: { ...whole, AllAwsRegions: whole.AllAwsRegions ?? false }, ...filters };
  }
  const [source] = accounts;
  if (source === undefined) {
    throw invalid(
      "The configuration aggregator cannot be created because your request is missing either the AccountAggregationSource or the OrganizationAggregationSource. Include the appropriate aggregation source and try again.",
    );
  }
  checkRegions(source);
  if ((source.AccountIds?.length ?? 0) > MOST_ACCOUNTS) {
    throw new AwsError("LimitExceededException", `The maximum number of accounts: ${MOST_ACCOUNTS} is reached.`);
  }
  return { AccountAggregationSources: [{ ...source, AllAwsRegions: source.AllAwsRegions ?? false }], ...filters };
}

function checkRegions(source: { AllAwsRegions?: boolean | undefined; AwsRegions?: string[] | undefined }): void {
  const { AllAwsRegions: all = false, AwsRegions: regions = [] } = source;
  if (all && regions.length > 0)
    throw invalid("You must choose one of these options: AllAwsRegions or specific AwsRegions.");
  if (!all && regions.length === 0) {
    throw invalid("Your request does not specify any regions. Select AWS Config-supported regions and try again.");
  }
  const unknown = regions.find((region) => !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region));
  if (unknown !== undefined) throw invalid(`The region ${unknown} is not valid.`);
}

function checkRole({ RoleArn = "" }: OrganizationAggregationSource): void {
  if (/^arn:[\w-]+:iam::\d{12}:role\/.+$/.test(RoleArn)) return;
  throw new AwsError("InvalidRoleException", `The role ARN '${RoleArn}' is not valid.`);
}

function enterOrganization({ aws: { organization } }: Config, accountId: string): void {
  const denied = (message: string) => new AwsError("OrganizationAccessDeniedException", message);
  if (!organization.isMember(accountId)) {
    throw denied("This action can only be made by accounts in an AWS Organization");
  }
  if (accountId === organization.managementAccountId) {
    organization.enableTrustedAccess(PRINCIPAL);
    return;
  }
  const registered = organization.delegatedAdministrators(PRINCIPAL).includes(accountId);
  if (!registered || !organization.hasTrustedAccess(PRINCIPAL)) {
    throw denied(
      "This action can be only performed by the organization's management account or a registered delegated administrator for AWS Config.",
    );
  }
}

/** Whether each source's data can be had: Config is on there, and its account lets the aggregator's have it. */
export function sourcesStatus(
  config: Config,
  at: Pick<Call<unknown>, "accountId" | "region">,
  { sources, updatedAt }: Aggregator,
): AggregatedSourceStatus[] {
  const { AccountAggregationSources: accounts = [], OrganizationAggregationSource: whole } = sources;
  const ids = whole ? config.aws.organization.members().map(({ id }) => id) : (accounts[0]?.AccountIds ?? []);
  const { AwsRegions } = whole ?? accounts[0] ?? {};
  const status = ids.flatMap((id) =>
    (AwsRegions ?? regionsOf(config, id)).map((AwsRegion): AggregatedSourceStatus => {
      const source = config.places.of(id, AwsRegion);
      const authorized =
        whole !== undefined || id === at.accountId || source.authorizations.has(`${at.accountId}/${at.region}`);
      const works = authorized && source.recorder?.recording === true;
      return {
        SourceId: id,
        SourceType: "ACCOUNT",
        AwsRegion,
        LastUpdateStatus: works ? "SUCCEEDED" : "FAILED",
        LastUpdateTime: updatedAt,
        ...(works
          ? {}
          : {
              LastErrorMessage: authorized
                ? "AWS Config is not recording in the source account and region."
                : "The source account has not authorized the aggregator's account and region.",
            }),
      };
    }),
  );
  if (whole === undefined) return status;
  const own = { SourceId: "Organization", SourceType: "ORGANIZATION", AwsRegion: at.region } as const;
  return [{ ...own, LastUpdateStatus: "SUCCEEDED", LastUpdateTime: updatedAt }, ...status];
}

/** The regions of an account that are on. */
function regionsOf(config: Config, accountId: string): string[] {
  return [...DEFAULT_REGIONS, ...(config.aws.organization.account(accountId)?.optInRegions ?? [])];
}
