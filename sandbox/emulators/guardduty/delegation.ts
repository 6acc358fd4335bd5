import type {
  AutoEnableMembers,
  DescribeOrganizationConfigurationRequest,
  DescribeOrganizationConfigurationResponse,
  DisableOrganizationAdminAccountRequest,
  EnableOrganizationAdminAccountRequest,
  ListOrganizationAdminAccountsRequest,
  ListOrganizationAdminAccountsResponse,
  OrganizationDataSourceConfigurations,
  OrganizationFeatureConfiguration,
  UpdateOrganizationConfigurationRequest,
} from "@aws-sdk/client-guardduty";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { enableDetector } from "./detectors.ts";
import { applyPlans, endDelegation, settle } from "./enrollment.ts";
import { additionalOf, checkPlans, listedPlans, newFeatures } from "./features.ts";
import { invalidInput, rejected } from "./rejections.ts";
import {
  administratorOf,
  delegatedAdministrator,
  type GuardDuty,
  isAssociated,
  now,
  type OrganizationPlan,
  type OrganizationSettings,
  ownPlace,
  servicePrincipal,
} from "./state.ts";

function checkManagement(guardDuty: GuardDuty, call: Call<unknown>): void {
  if (call.accountId !== guardDuty.aws.organization.managementAccountId) {
    throw rejected("The request failed because you do not have required AWS Organization master permission.");
  }
}

/** Settings of the organization whose delegated administrator calls. Throws `BadRequestException` for anyone else. */
function ownSettings(guardDuty: GuardDuty, call: Call<{ DetectorId: string | undefined }>): OrganizationSettings {
  const { organization } = ownPlace(guardDuty, call);
  if (organization === undefined) {
    throw rejected("The request failed because you do not have required AWS Organization master permission.");
  }
  return organization;
}

/** A new delegated administrator enables nothing by itself. */
function newSettings(at: Date): OrganizationSettings {
  const plans = new Map<string, OrganizationPlan>();
  for (const name of listedPlans) {
    const additional = additionalOf(name).map((each) => [each, "NONE"] as const);
    plans.set(name, { autoEnable: "NONE", additional: new Map(additional) });
  }
  return { autoEnable: "NONE", plans, newSince: at };
}

function fromDataSources(
  sources: OrganizationDataSourceConfigurations | undefined,
): OrganizationFeatureConfiguration[] {
  const wanted: OrganizationFeatureConfiguration[] = [];
  const add = (Name: NonNullable<OrganizationFeatureConfiguration["Name"]>, enable: boolean | undefined) => {
    if (enable !== undefined) wanted.push({ Name, AutoEnable: enable ? "NEW" : "NONE" });
  };
  add("S3_DATA_EVENTS", sources?.S3Logs?.AutoEnable);
  add("EKS_AUDIT_LOGS", sources?.Kubernetes?.AuditLogs?.AutoEnable);
  add("EBS_MALWARE_PROTECTION", sources?.MalwareProtection?.ScanEc2InstanceWithFindings?.EbsVolumes?.AutoEnable);
  return wanted;
}

function configurePlans(settings: OrganizationSettings, wanted: readonly OrganizationFeatureConfiguration[]): void {
  checkPlans(wanted);
  for (const { Name, AutoEnable, AdditionalConfiguration } of wanted) {
    if (Name === undefined || AutoEnable === undefined) throw invalidInput();
    const plan = settings.plans.get(Name) ?? { autoEnable: AutoEnable, additional: new Map() };
    plan.autoEnable = AutoEnable;
    for (const additional of AdditionalConfiguration ?? []) {
      if (additional.Name !== undefined && additional.AutoEnable !== undefined) {
        plan.additional.set(additional.Name, additional.AutoEnable);
      }
    }
    settings.plans.set(Name, plan);
  }
}

/** The preference that a request asks for; exactly one of its two spellings must be there. */
function preference(input: UpdateOrganizationConfigurationRequest): AutoEnableMembers {
  const { AutoEnable, AutoEnableOrganizationMembers } = input;
  if ((AutoEnable === undefined) === (AutoEnableOrganizationMembers === undefined)) throw invalidInput();
  return AutoEnableOrganizationMembers ?? (AutoEnable ? "NEW" : "NONE");
}

/** Delegated administration. Per region, but one account for the whole organization. */
export function delegationOperations(guardDuty: GuardDuty): Record<string, Operation> {
  const { organization } = guardDuty.aws;

  function checkCandidate(accountId: string, region: string): void {
    const current = [
      ...organization.delegatedAdministrators(servicePrincipal),
      ...[delegatedAdministrator(guardDuty, region)?.accountId].filter((id) => id !== undefined),
    ];
    if (current.some((id) => id !== accountId)) {
      throw rejected(
        "The request failed because another account is already enabled as GuardDuty delegated administrator for the organization.",
      );
    }
    if (delegatedAdministrator(guardDuty, region) !== undefined) {
      throw rejected(
        "The request failed because the account is already enabled as the GuardDuty delegated administrator for the organization.",
      );
    }
    if (!organization.isMember(accountId)) {
      throw rejected("The request failed because admin account passed is not member of AWS Organizations.");
    }
    if (administratorOf(guardDuty, accountId, region) !== undefined) {
      throw rejected("The request failed because the account is a member of another GuardDuty administrator account.");
    }
  }

  return {
    EnableOrganizationAdminAccount: async (call: Call<EnableOrganizationAdminAccountRequest>): Promise<object> => {
      checkManagement(guardDuty, call);
      const { region } = call;
      const accountId = call.input.AdminAccountId ?? "";
      checkCandidate(accountId, region);
      const place = guardDuty.places.of(accountId, region);
      if (place.detector === undefined) await enableDetector(guardDuty, accountId, place, newFeatures(now(guardDuty)));
      checkCandidate(accountId, region);
      organization.registerDelegatedAdministrator(accountId, servicePrincipal);
      place.organization = newSettings(now(guardDuty));
      // Members by invitation that belong to the organization become its members, so says GuardDuty's user guide.
      for (const member of place.members.values()) {
        if (isAssociated(member) && organization.isMember(member.accountId)) member.type = "organization";
      }
      return {};
    },

    DisableOrganizationAdminAccount: (call: Call<DisableOrganizationAdminAccountRequest>): object => {
      checkManagement(guardDuty, call);
      if (delegatedAdministrator(guardDuty, call.region)?.accountId !== call.input.AdminAccountId) {
        throw rejected(
          "The request failed because the account is not enabled as the GuardDuty delegated administrator for the organization.",
        );
      }
      // AWS Organizations keeps the registration: DeregisterDelegatedAdministrator is a separate, global step.
      endDelegation(guardDuty, call.region);
      return {};
    },

    ListOrganizationAdminAccounts: (
      call: Call<ListOrganizationAdminAccountsRequest>,
    ): ListOrganizationAdminAccountsResponse => {
      checkManagement(guardDuty, call);
      const administrator = delegatedAdministrator(guardDuty, call.region);
      return {
        AdminAccounts:
          administrator === undefined ? [] : [{ AdminAccountId: administrator.accountId, AdminStatus: "ENABLED" }],
      };
    },

    DescribeOrganizationConfiguration: (
      call: Call<DescribeOrganizationConfigurationRequest>,
    ): DescribeOrganizationConfigurationResponse => {
      const { autoEnable, plans } = ownSettings(guardDuty, call);
      const source = (name: string) => ({ AutoEnable: (plans.get(name)?.autoEnable ?? "NONE") !== "NONE" });
      return {
        AutoEnable: autoEnable !== "NONE",
        AutoEnableOrganizationMembers: autoEnable,
        MemberAccountLimitReached: false,
        DataSources: {
          S3Logs: source("S3_DATA_EVENTS"),
          Kubernetes: { AuditLogs: source("EKS_AUDIT_LOGS") },
          MalwareProtection: { ScanEc2InstanceWithFindings: { EbsVolumes: source("EBS_MALWARE_PROTECTION") } },
        },
        Features: [...plans].map(([name, plan]) => ({
          Name: name as "S3_DATA_EVENTS",
          AutoEnable: plan.autoEnable,
          ...(plan.additional.size === 0
            ? {}
            : {
                AdditionalConfiguration: [...plan.additional].map(([additional, AutoEnable]) => ({
                  Name: additional as "EKS_ADDON_MANAGEMENT",
                  AutoEnable,
                })),
              }),
        })),
      };
    },

    UpdateOrganizationConfiguration: async (call: Call<UpdateOrganizationConfigurationRequest>): Promise<object> => {
      const settings = ownSettings(guardDuty, call);
      const { input, region } = call;
      if (input.DataSources !== undefined && input.Features !== undefined) throw invalidInput();
      const autoEnable = preference(input);
      configurePlans(settings, input.Features ?? fromDataSources(input.DataSources));
      if (settings.autoEnable === "NONE" && autoEnable === "NEW") settings.newSince = now(guardDuty);
      settings.autoEnable = autoEnable;
      const forAll = {
        ...settings,
        plans: new Map([...settings.plans].filter(([, plan]) => plan.autoEnable === "ALL")),
      };
      for (const member of ownPlace(guardDuty, call).members.values()) {
        if (isAssociated(member)) applyPlans(guardDuty, member.accountId, region, forAll);
      }
      await settle(guardDuty, region);
      return {};
    },
  };
}
