import { randomUUID } from "node:crypto";
import type {
  CreateConfigurationPolicyRequest,
  CreateConfigurationPolicyResponse,
  DeleteConfigurationPolicyRequest,
  GetConfigurationPolicyRequest,
  GetConfigurationPolicyResponse,
  ListConfigurationPoliciesRequest,
  ListConfigurationPoliciesResponse,
  Policy,
  SecurityHubPolicy,
  UpdateConfigurationPolicyRequest,
  UpdateConfigurationPolicyResponse,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { configurationPolicyArn } from "./arns.ts";
import { findControl } from "./catalog/controls.ts";
import type { ConfigurationPolicy } from "./central.ts";
import { apply, wantedStandards } from "./central-effects.ts";
import { checkParameters } from "./control-parameters.ts";
import { accessDenied, conflict, invalidInput, limitExceeded, notFound } from "./errors.ts";
import { requireHub } from "./lifecycle.ts";
import { pageOf } from "./pages.ts";
import { placeOf, type State } from "./state.ts";

/** Security Hub quota "Configuration policies". */
const mostPolicies = 20;

/** Refuses whoever does not configure the organization centrally from here. */
export function requireCentral(state: State, call: Call<unknown>): void {
  requireHub(state, call);
  const { at } = state.central;
  if (at?.administratorId !== call.accountId || at.homeRegion !== call.region || !at.settled) {
    throw accessDenied("Must be a Security Hub delegated administrator with Central Configuration enabled");
  }
}

/** The policy of an id or ARN. */
export function requirePolicy(state: State, identifier: string | undefined): ConfigurationPolicy {
  const id = identifier?.split("/").at(-1) ?? "";
  const policy = state.central.policies.get(id);
  if (policy === undefined) throw notFound(`Configuration policy ${identifier} was not found`);
  return policy;
}

/** Policies by which the administrator configures hubs, standards and controls of its organization. */
export function configurationPolicyOperations(state: State): Record<string, Operation> {
  const check = (call: Call<unknown>, sent: Policy | undefined): SecurityHubPolicy => {
    const policy = sent?.SecurityHub;
    if (policy === undefined) throw invalidInput("ConfigurationPolicy must have SecurityHub");
    const { EnabledStandardIdentifiers: standards = [], SecurityControlsConfiguration: controls } = policy;
    if (policy.ServiceEnabled !== true) {
      if (controls === undefined && standards.length === 0) return { ServiceEnabled: false };
      throw invalidInput("Standards and controls cannot be configured where ServiceEnabled is false");
    }
    if (wantedStandards(state, policy).length !== standards.length) {
      throw invalidInput(`Invalid EnabledStandardIdentifiers: ${standards.join(", ")}`);
    }
    const { EnabledSecurityControlIdentifiers: on, DisabledSecurityControlIdentifiers: off } = controls ?? {};
    if ((on === undefined) === (off === undefined)) {
      throw invalidInput("One of EnabledSecurityControlIdentifiers and DisabledSecurityControlIdentifiers is required");
    }
    const customized = controls?.SecurityControlCustomParameters ?? [];
    for (const id of [...(on ?? off ?? []), ...customized.map((each) => each.SecurityControlId ?? "")]) {
      if (findControl(placeOf(state, call), id) === undefined) throw invalidInput(`Invalid security control ${id}`);
    }
    for (const each of customized) checkParameters(each.SecurityControlId ?? "", each.Parameters ?? {});
    return policy;
  };

  const checkName = (name: string, own?: string): void => {
    if (!/^[A-Za-z0-9\-.!*/]+$/.test(name)) throw invalidInput(`Invalid Name ${name}`);
    const taken = [...state.central.policies.values()].some((each) => each.name === name && each.id !== own);
    if (taken) throw conflict(`A configuration policy with the name ${name} already exists`);
  };

  return {
    CreateConfigurationPolicy(call: Call<CreateConfigurationPolicyRequest>): CreateConfigurationPolicyResponse {
      requireCentral(state, call);
      const { Name: name = "", Description: description } = call.input;
      checkName(name);
      const policy = check(call, call.input.ConfigurationPolicy);
      if (state.central.policies.size >= mostPolicies) {
        throw limitExceeded(`An organization can have ${mostPolicies} configuration policies`);
      }
      const id = randomUUID();
      const now = new Date(state.aws.now());
      const made: ConfigurationPolicy = {
        ...{ id, arn: configurationPolicyArn(placeOf(state, call), id), name, policy },
        ...(description === undefined ? {} : { description }),
        ...{ createdAt: now, updatedAt: now },
      };
      state.central.policies.set(id, made);
      return describe(made);
    },

    UpdateConfigurationPolicy(call: Call<UpdateConfigurationPolicyRequest>): UpdateConfigurationPolicyResponse {
      requireCentral(state, call);
      const found = requirePolicy(state, call.input.Identifier);
      const { Name: name, Description: description, ConfigurationPolicy: sent } = call.input;
      if (name !== undefined) checkName(name, found.id);
      if (sent !== undefined) found.policy = check(call, sent);
      if (name !== undefined) found.name = name;
      if (description !== undefined) found.description = description;
      found.updatedAt = new Date(state.aws.now());
      for (const each of state.central.associations.values()) if (each.policyId === found.id) apply(state, each);
      return describe(found);
    },

    GetConfigurationPolicy(call: Call<GetConfigurationPolicyRequest>): GetConfigurationPolicyResponse {
      requireCentral(state, call);
      return describe(requirePolicy(state, call.input.Identifier));
    },

    ListConfigurationPolicies(call: Call<ListConfigurationPoliciesRequest>): ListConfigurationPoliciesResponse {
      requireCentral(state, call);
      const { items, rest } = pageOf([...state.central.policies.values()], call.input, 100);
      const summaries = items.map((each) => {
        const { ConfigurationPolicy: policy, CreatedAt: _created, ...shown } = describe(each);
        return { ...shown, ServiceEnabled: policy?.SecurityHub?.ServiceEnabled };
      });
      return { ConfigurationPolicySummaries: summaries, ...rest };
    },

    DeleteConfigurationPolicy(call: Call<DeleteConfigurationPolicyRequest>) {
      requireCentral(state, call);
      const { id } = requirePolicy(state, call.input.Identifier);
      if ([...state.central.associations.values()].some((each) => each.policyId === id)) {
        throw conflict(`Configuration policy ${id} is associated: disassociate it from its targets first`);
      }
      state.central.policies.delete(id);
      return {};
    },
  };
}

function describe(each: ConfigurationPolicy): GetConfigurationPolicyResponse {
  return {
    Arn: each.arn,
    Id: each.id,
    Name: each.name,
    ...(each.description === undefined ? {} : { Description: each.description }),
    UpdatedAt: each.updatedAt,
    CreatedAt: each.createdAt,
    ConfigurationPolicy: { SecurityHub: each.policy },
  };
}
