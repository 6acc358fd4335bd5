import type {
  BatchGetConfigurationPolicyAssociationsRequest,
  BatchGetConfigurationPolicyAssociationsResponse,
  ConfigurationPolicyAssociationSummary,
  GetConfigurationPolicyAssociationRequest,
  GetConfigurationPolicyAssociationResponse,
  ListConfigurationPolicyAssociationsRequest,
  ListConfigurationPolicyAssociationsResponse,
  StartConfigurationPolicyAssociationRequest,
  StartConfigurationPolicyAssociationResponse,
  StartConfigurationPolicyDisassociationRequest,
  Target,
  UnprocessedConfigurationPolicyAssociation,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { type Association, type Governing, SELF_MANAGED } from "./central.ts";
import { apply } from "./central-effects.ts";
import { requireCentral, requirePolicy } from "./configuration-policies.ts";
import { invalidInput, notFound } from "./errors.ts";
import { pageOf } from "./pages.ts";
import type { State } from "./state.ts";

/** Which accounts, units and root a policy configures. */
export function configurationAssociationOperations(state: State): Record<string, Operation> {
  const { central } = state;
  const { organization } = state.aws;

  /** Every unit of the organization that has accounts below it, and the root, with their parents. */
  const parentsOf = (targetId: string): readonly string[] => {
    if (/^\d{12}$/.test(targetId)) return organization.parentsOf(targetId);
    const path = organization
      .members()
      .map(({ id }) => organization.parentsOf(id))
      .find((parents) => parents.includes(targetId));
    return path === undefined ? [] : path.slice(path.indexOf(targetId) + 1);
  };

  const requireTarget = (target: Target | undefined): string => {
    const [id = ""] = Object.values(target ?? {}).filter((each) => typeof each === "string");
    const exists = /^\d{12}$/.test(id)
      ? organization.isMember(id)
      : /^(r|ou)-/.test(id) && organization.members().some((member) => organization.parentsOf(member.id).includes(id));
    if (!exists) throw invalidInput(`Target ${id} is not in the organization`);
    return id;
  };

  const governing = (targetId: string): ConfigurationPolicyAssociationSummary | undefined => {
    const found = central.governingOf(targetId, parentsOf(targetId));
    const summary = found && describe(targetId, found);
    return summary && state.newcomers.has(targetId) ? { ...summary, AssociationStatus: "PENDING" } : summary;
  };

  return {
    StartConfigurationPolicyAssociation(
      call: Call<StartConfigurationPolicyAssociationRequest>,
    ): StartConfigurationPolicyAssociationResponse {
      requireCentral(state, call);
      const identifier = call.input.ConfigurationPolicyIdentifier ?? "";
      const policyId = identifier === SELF_MANAGED ? identifier : requirePolicy(state, identifier).id;
      const targetId = requireTarget(call.input.Target);
      const association: Association = { targetId, policyId, updatedAt: new Date(), status: "PENDING" };
      central.associations.set(targetId, association);
      apply(state, association);
      return describe(targetId, { association, inherited: false });
    },

    StartConfigurationPolicyDisassociation(call: Call<StartConfigurationPolicyDisassociationRequest>) {
      requireCentral(state, call);
      const targetId = requireTarget(call.input.Target);
      const identifier = call.input.ConfigurationPolicyIdentifier ?? "";
      const policyId = identifier === SELF_MANAGED ? identifier : requirePolicy(state, identifier).id;
      if (central.associations.get(targetId)?.policyId !== policyId) {
        throw notFound(`Configuration policy ${policyId} is not associated with ${targetId}`);
      }
      central.associations.delete(targetId);
      return {};
    },

    GetConfigurationPolicyAssociation(
      call: Call<GetConfigurationPolicyAssociationRequest>,
    ): GetConfigurationPolicyAssociationResponse {
      requireCentral(state, call);
      const targetId = requireTarget(call.input.Target);
      const found = governing(targetId);
      if (found === undefined) throw notFound(`No configuration policy is associated with ${targetId}`);
      return found;
    },

    BatchGetConfigurationPolicyAssociations(
      call: Call<BatchGetConfigurationPolicyAssociationsRequest>,
    ): BatchGetConfigurationPolicyAssociationsResponse {
      requireCentral(state, call);
      const found: ConfigurationPolicyAssociationSummary[] = [];
      const unprocessed: UnprocessedConfigurationPolicyAssociation[] = [];
      for (const identifier of call.input.ConfigurationPolicyAssociationIdentifiers ?? []) {
        const summary = governing(requireTarget(identifier.Target));
        if (summary !== undefined) found.push(summary);
        else {
          unprocessed.push({
            ConfigurationPolicyAssociationIdentifiers: identifier,
            ErrorCode: "404",
            ErrorReason: "No configuration policy is associated with the target",
          });
        }
      }
      return { ConfigurationPolicyAssociations: found, UnprocessedConfigurationPolicyAssociations: unprocessed };
    },

    ListConfigurationPolicyAssociations(
      call: Call<ListConfigurationPolicyAssociationsRequest>,
    ): ListConfigurationPolicyAssociationsResponse {
      requireCentral(state, call);
      const { ConfigurationPolicyId, AssociationType, AssociationStatus } = call.input.Filters ?? {};
      const policyId = ConfigurationPolicyId?.split("/").at(-1);
      const targets = new Set([...central.associations.keys(), ...organization.members().map(({ id }) => id)]);
      const summaries = [...targets]
        .flatMap((targetId) => governing(targetId) ?? [])
        .filter(
          (each) =>
            (policyId === undefined || each.ConfigurationPolicyId === policyId) &&
            (AssociationType === undefined || each.AssociationType === AssociationType) &&
            (AssociationStatus === undefined || each.AssociationStatus === AssociationStatus),
        );
      const { items, rest } = pageOf(summaries, call.input, 100);
      return { ConfigurationPolicyAssociationSummaries: items, ...rest };
    },
  };
}

function describe(targetId: string, { association, inherited }: Governing): ConfigurationPolicyAssociationSummary {
  return {
    ConfigurationPolicyId: association.policyId,
    TargetId: targetId,
    TargetType: targetId.startsWith("r-") ? "ROOT" : targetId.startsWith("ou-") ? "ORGANIZATIONAL_UNIT" : "ACCOUNT",
    AssociationType: inherited ? "INHERITED" : "APPLIED",
    UpdatedAt: association.updatedAt,
    AssociationStatus: association.status,
    ...(association.message === undefined ? {} : { AssociationStatusMessage: association.message }),
  };
}
