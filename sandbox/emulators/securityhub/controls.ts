import type {
  BatchGetSecurityControlsRequest,
  BatchGetSecurityControlsResponse,
  GetSecurityControlDefinitionRequest,
  GetSecurityControlDefinitionResponse,
  ListSecurityControlDefinitionsRequest,
  ListSecurityControlDefinitionsResponse,
  SecurityControl,
  SecurityControlDefinition,
  UnprocessedSecurityControl,
  UpdateSecurityControlRequest,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { type Place, securityControlArn } from "./arns.ts";
import type { Control } from "./catalog/control.ts";
import { controls, controlsOf, describeControl, findControl } from "./catalog/controls.ts";
import { parametersOf } from "./catalog/parameters.ts";
import { findStandard } from "./catalog/standards.ts";
import { checkParameters, currentParameters } from "./control-parameters.ts";
import { isOn } from "./control-status.ts";
import { inUse, invalidInput, notFound } from "./errors.ts";
import { requireHub } from "./lifecycle.ts";
import { pageOf } from "./pages.ts";
import { type Hub, placeOf, type State } from "./state.ts";

/** AWS says UPDATING until the checks use the new values. */
const updatingMs = 500;

/** Controls across standards: what they are, and the parameters that an account has set on them. */
export function controlOperations(state: State): Record<string, Operation> {
  return {
    ListSecurityControlDefinitions(
      call: Call<ListSecurityControlDefinitionsRequest>,
    ): ListSecurityControlDefinitionsResponse {
      requireHub(state, call);
      const arn = call.input.StandardsArn;
      const standard = arn === undefined ? undefined : findStandard(placeOf(state, call), arn);
      if (arn !== undefined && standard === undefined) throw invalidInput(`Invalid StandardsArn: ${arn}`);
      const listed = standard === undefined ? controls : controlsOf(standard.key);
      const { items, rest } = pageOf(call.input.Providers?.includes("AWS") === false ? [] : listed, call.input, 25);
      return { SecurityControlDefinitions: items.map(define), ...rest };
    },

    GetSecurityControlDefinition(
      call: Call<GetSecurityControlDefinitionRequest>,
    ): GetSecurityControlDefinitionResponse {
      requireHub(state, call);
      const control = controls.find((each) => each.id === call.input.SecurityControlId);
      if (control === undefined) throw notFound(`Security control ${call.input.SecurityControlId} was not found`);
      return { SecurityControlDefinition: define(control) };
    },

    BatchGetSecurityControls(call: Call<BatchGetSecurityControlsRequest>): BatchGetSecurityControlsResponse {
      const hub = requireHub(state, call);
      const place = placeOf(state, call);
      const found: SecurityControl[] = [];
      const unprocessed: UnprocessedSecurityControl[] = [];
      for (const id of call.input.SecurityControlIds ?? []) {
        const control = findControl(place, id);
        if (control !== undefined) found.push(describe(place, hub, control));
        else {
          unprocessed.push({
            SecurityControlId: id,
            ErrorCode: "RESOURCE_NOT_FOUND",
            ErrorReason: `Security control ${id} was not found`,
          });
        }
      }
      return { SecurityControls: found, UnprocessedIds: unprocessed };
    },

    UpdateSecurityControl(call: Call<UpdateSecurityControlRequest>) {
      const hub = requireHub(state, call);
      const { SecurityControlId: id = "", Parameters: parameters = {}, LastUpdateReason: reason } = call.input;
      const control = findControl(placeOf(state, call), id);
      if (control === undefined) throw notFound(`Security control ${id} was not found`);
      const setting = hub.controls.get(control.id) ?? { parameters: {}, updating: false };
      if (setting.updating)
        throw inUse(`Security control ${control.id} is being updated: wait until its UpdateStatus is READY`);
      checkParameters(control.id, parameters);
      setting.parameters = { ...setting.parameters, ...parameters };
      if (reason !== undefined) setting.reason = reason;
      setting.updating = true;
      hub.controls.set(control.id, setting);
      state.aws.later(updatingMs, () => {
        setting.updating = false;
      });
      return {};
    },
  };
}

function define(control: Control): SecurityControlDefinition {
  const parameters = parametersOf(control.id);
  return {
    SecurityControlId: control.id,
    Title: control.title,
    ...describeControl(control),
    SeverityRating: control.severity,
    CurrentRegionAvailability: "AVAILABLE",
    CustomizableProperties: parameters === undefined ? [] : ["Parameters"],
    ...(parameters === undefined ? {} : { ParameterDefinitions: parameters }),
    Provider: "AWS",
  };
}

function describe(place: Place, hub: Hub, control: Control): SecurityControl {
  const setting = hub.controls.get(control.id);
  return {
    SecurityControlId: control.id,
    SecurityControlArn: securityControlArn(place, control.id),
    Title: control.title,
    ...describeControl(control),
    SeverityRating: control.severity,
    SecurityControlStatus: isOn(hub, control) ? "ENABLED" : "DISABLED",
    UpdateStatus: setting?.updating ? "UPDATING" : "READY",
    Parameters: currentParameters(control.id, setting?.parameters ?? {}),
    ...(setting?.reason === undefined ? {} : { LastUpdateReason: setting.reason }),
    Provider: "AWS",
  };
}
