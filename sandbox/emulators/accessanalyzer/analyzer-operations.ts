import type {
  AnalyzerConfiguration,
  CreateAnalyzerRequest,
  CreateAnalyzerResponse,
  DeleteAnalyzerRequest,
  GetAnalyzerRequest,
  GetAnalyzerResponse,
  ListAnalyzersRequest,
  ListAnalyzersResponse,
  Type,
  UpdateAnalyzerRequest,
  UpdateAnalyzerResponse,
} from "@aws-sdk/client-accessanalyzer";
import type { Aws, Call, Operation, Regional } from "../../gateway/emulator.ts";
import { page } from "../page.ts";
import {
  type Analyzer,
  type Analyzers,
  administers,
  analyzerNamed,
  analyzerShape,
  isExternal,
  isOfOrganization,
  PRINCIPAL,
} from "./analyzer.ts";
import { putRule } from "./archive-rules.ts";
import { conflict, denied, invalid, quotaExceeded } from "./errors.ts";

/**
 * Analyzers of a type that one account may have in one region.
 * Source: IAM user guide, "IAM Access Analyzer quotas" (the defaults).
 */
const QUOTAS: Record<Type, number> = {
  ACCOUNT: 1,
  ACCOUNT_UNUSED_ACCESS: 1,
  ACCOUNT_INTERNAL_ACCESS: 1,
  ORGANIZATION: 5,
  ORGANIZATION_UNUSED_ACCESS: 5,
  ORGANIZATION_INTERNAL_ACCESS: 1,
};

/** Days without use that count as unused, and the bounds. Source: API reference, UnusedAccessConfiguration. */
const UNUSED_ACCESS_AGE = { default: 90, min: 1, max: 365 };

/** Creation, change and end of analyzers. */
export function analyzerOperations(aws: Aws, analyzers: Regional<Analyzers>): Record<string, Operation> {
  const shape = (analyzer: Analyzer) => analyzerShape(analyzer, aws.organization, aws.now());

  return {
    async CreateAnalyzer(call: Call<CreateAnalyzerRequest>): Promise<CreateAnalyzerResponse> {
      const { analyzerName: name = "", type = "ACCOUNT", clientToken, tags, archiveRules = [] } = call.input;
      const present = analyzers.of(call.accountId, call.region);
      const namesake = present.get(name);
      if (namesake !== undefined) {
        // A repeated request is answered as the first one was.
        if (clientToken !== undefined && clientToken === namesake.clientToken) return { arn: namesake.arn };
        throw conflict("Analyzer", name);
      }
      if (isOfOrganization(type)) requireAdministrator(aws, call.accountId);
      const configuration = checkedConfiguration(type, call.input.configuration);
      if ([...present.values()].filter((analyzer) => analyzer.type === type).length >= QUOTAS[type]) {
        throw quotaExceeded(
          "Analyzer",
          name,
          `You have reached the quota of analyzers of type ${type} in this Region.`,
        );
      }
      const analyzer: Analyzer = {
        arn: `arn:${aws.organization.partition}:access-analyzer:${call.region}:${call.accountId}:analyzer/${name}`,
        name,
        type,
        accountId: call.accountId,
        createdAt: new Date(aws.now()),
        clientToken,
        configuration,
        tags: new Map(Object.entries(tags ?? {})),
        archiveRules: new Map(),
      };
      for (const rule of archiveRules) putRule(analyzer, rule, analyzer.createdAt);
      present.set(name, analyzer);
      await aws.ensureServiceLinkedRole(call.accountId, PRINCIPAL);
      return { arn: analyzer.arn };
    },

    GetAnalyzer(call: Call<GetAnalyzerRequest>): GetAnalyzerResponse {
      return { analyzer: shape(analyzerNamed(analyzers, call, call.input.analyzerName)) };
    },

    ListAnalyzers(call: Call<ListAnalyzersRequest>): ListAnalyzersResponse {
      const { type, nextToken: token, maxResults: limit } = call.input;
      const wanted = [...analyzers.of(call.accountId, call.region).values()].filter(
        (analyzer) => type === undefined || analyzer.type === type,
      );
      const { items, ...rest } = page(wanted, {
        token,
        limit,
        defaultLimit: 100,
        badToken: () => invalid("The nextToken is invalid."),
      });
      return {
        analyzers: items.map((analyzer) => {
          const { configuration: _, ...listed } = shape(analyzer);
          return listed;
        }),
        ...rest,
      };
    },

    UpdateAnalyzer(call: Call<UpdateAnalyzerRequest>): UpdateAnalyzerResponse {
      const analyzer = analyzerNamed(analyzers, call, call.input.analyzerName);
      if (isExternal(analyzer.type)) throw invalid("External access analyzers have no configuration to update.");
      analyzer.configuration = checkedConfiguration(analyzer.type, call.input.configuration);
      return analyzer.configuration === undefined ? {} : { configuration: analyzer.configuration };
    },

    DeleteAnalyzer(call: Call<DeleteAnalyzerRequest>) {
      const { name } = analyzerNamed(analyzers, call, call.input.analyzerName);
      analyzers.of(call.accountId, call.region).delete(name);
      return {};
    },
  };
}

/**
 * Lets an account create analyzers of the organization. Without trusted access AWS answers a ValidationException, to
 * accounts that are no delegated administrator an AccessDeniedException (both as reported by users of the Terraform provider).
 */
function requireAdministrator({ organization }: Aws, accountId: string): void {
  if (!organization.isMember(accountId)) throw invalid("Your account is not a member of an organization.");
  if (!organization.hasTrustedAccess(PRINCIPAL)) throw invalid("Service not enabled for AWS Organizations");
  if (!administers(organization, accountId)) throw denied(`Account ${accountId} is not a delegated administrator`);
}

function checkedConfiguration(
  type: Type,
  configuration: AnalyzerConfiguration | undefined,
): AnalyzerConfiguration | undefined {
  if (configuration !== undefined && isExternal(type)) {
    throw invalid(`An analyzer of type ${type} takes no configuration.`);
  }
  if (configuration?.internalAccess !== undefined && !type.endsWith("INTERNAL_ACCESS")) {
    throw invalid(`An analyzer of type ${type} takes no internalAccess configuration.`);
  }
  if (!type.endsWith("UNUSED_ACCESS")) {
    if (configuration?.unusedAccess !== undefined) {
      throw invalid(`An analyzer of type ${type} takes no unusedAccess configuration.`);
    }
    return configuration;
  }
  const { unusedAccess = {} } = configuration ?? {};
  const { unusedAccessAge = UNUSED_ACCESS_AGE.default } = unusedAccess;
  if (unusedAccessAge < UNUSED_ACCESS_AGE.min || unusedAccessAge > UNUSED_ACCESS_AGE.max) {
    throw invalid(`unusedAccessAge must be from ${UNUSED_ACCESS_AGE.min} to ${UNUSED_ACCESS_AGE.max} days.`);
  }
  return { unusedAccess: { ...unusedAccess, unusedAccessAge } };
}
