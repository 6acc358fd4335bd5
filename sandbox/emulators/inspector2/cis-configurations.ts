import { randomUUID } from "node:crypto";
import type {
  CisTargets,
  CreateCisScanConfigurationRequest,
  CreateCisScanConfigurationResponse,
  DeleteCisScanConfigurationRequest,
  DeleteCisScanConfigurationResponse,
  ListCisScanConfigurationsRequest,
  ListCisScanConfigurationsResponse,
  UpdateCisScanConfigurationRequest,
  UpdateCisScanConfigurationResponse,
} from "@aws-sdk/client-inspector2";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { checkSchedule, checkTargets, isAskedFor } from "./cis-rules.ts";
import { listPage } from "./pages.ts";
import { invalid, notFound } from "./rejections.ts";
import { type Inspector, isAssociated, ownAdministration } from "./state.ts";
import { tagProblem } from "./tags.ts";

/** CIS scan configurations: what is scanned against the CIS benchmarks and when. The sandbox has no instances to scan. */
export function cisConfigurationOperations(inspector: Inspector): Record<string, Operation> {
  const { organization } = inspector.aws;

  /** Who a new configuration belongs to: the organization where its delegated administrator calls. */
  function ownerOf(call: Call<unknown>) {
    const members = ownAdministration(inspector, call)?.members.values();
    const associated = members && [...members].filter(isAssociated).map(({ accountId }) => accountId);
    const { accountId } = call;
    return associated === undefined
      ? { accountId, id: accountId }
      : { accountId, id: organization.organizationId, members: associated };
  }

  function configurationsOf(call: Call<unknown>) {
    return inspector.places.of(call.accountId, call.region).configurations;
  }

  function existing(call: Call<{ scanConfigurationArn: string | undefined }>) {
    const found = configurationsOf(call).get(call.input.scanConfigurationArn ?? "");
    if (found === undefined) throw notFound(`There is no CIS scan configuration ${call.input.scanConfigurationArn}`);
    return found;
  }

  return {
    CreateCisScanConfiguration: (call: Call<CreateCisScanConfigurationRequest>): CreateCisScanConfigurationResponse => {
      const { input, region, accountId } = call;
      const { scanName, securityLevel, schedule, targets, tags } = input;
      const owner = ownerOf(call);
      checkSchedule(schedule as NonNullable<typeof schedule>);
      checkTargets(targets?.accountIds ?? [], owner);
      const problem = tagProblem(tags ?? {});
      if (problem !== undefined) throw invalid(problem, "FIELD_VALIDATION_FAILED");
      const scanConfigurationArn = `arn:${organization.partition}:inspector2:${region}:${accountId}:owner/${owner.id}/cis-configuration/${randomUUID()}`;
      const configuration = { scanConfigurationArn, ownerId: owner.id, scanName, securityLevel, schedule, targets };
      configurationsOf(call).set(scanConfigurationArn, { ...configuration, tags: { ...tags } });
      return { scanConfigurationArn };
    },

    UpdateCisScanConfiguration: (call: Call<UpdateCisScanConfigurationRequest>): UpdateCisScanConfigurationResponse => {
      const { scanConfigurationArn, scanName, securityLevel, schedule, targets } = call.input;
      const found = existing(call);
      if (schedule !== undefined) checkSchedule(schedule);
      if (targets?.accountIds !== undefined) checkTargets(targets.accountIds, ownerOf(call));
      found.scanName = scanName ?? found.scanName;
      found.securityLevel = securityLevel ?? found.securityLevel;
      found.schedule = schedule ?? found.schedule;
      found.targets = {
        accountIds: targets?.accountIds ?? found.targets?.accountIds,
        targetResourceTags: targets?.targetResourceTags ?? found.targets?.targetResourceTags,
      };
      return { scanConfigurationArn };
    },

    DeleteCisScanConfiguration: (call: Call<DeleteCisScanConfigurationRequest>): DeleteCisScanConfigurationResponse => {
      const { scanConfigurationArn = "" } = existing(call);
      configurationsOf(call).delete(scanConfigurationArn);
      return { scanConfigurationArn };
    },

    ListCisScanConfigurations: (call: Call<ListCisScanConfigurationsRequest>): ListCisScanConfigurationsResponse => {
      const { filterCriteria = {}, sortBy, sortOrder } = call.input;
      const key = sortBy === "SCAN_CONFIGURATION_ARN" ? "scanConfigurationArn" : "scanName";
      const direction = sortOrder === "DESC" ? -1 : 1;
      const asked = [...configurationsOf(call).values()]
        .filter((each) => isAskedFor(filterCriteria, each))
        .sort((a, b) => direction * (a[key] ?? "").localeCompare(b[key] ?? ""));
      const { items, nextToken } = listPage(asked, call.input, 100);
      const owner = ownerOf(call);
      const shown = items.map((each) => ({ ...each, targets: resolved(each.targets, owner), tags: { ...each.tags } }));
      return { scanConfigurations: shown, nextToken };
    },
  };
}

/** Targets as the list shows them: by the model they are account ids only. */
function resolved(
  targets: CisTargets | undefined,
  owner: { accountId: string; members?: readonly string[] },
): CisTargets {
  const accountIds = (targets?.accountIds ?? []).flatMap((id) => {
    if (id === "ALL_ACCOUNTS") return [owner.accountId, ...(owner.members ?? [])];
    return id === "SELF" ? [owner.accountId] : [id];
  });
  return { accountIds, targetResourceTags: targets?.targetResourceTags };
}
