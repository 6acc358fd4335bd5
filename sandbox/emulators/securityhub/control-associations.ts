import type {
  BatchGetStandardsControlAssociationsRequest,
  BatchGetStandardsControlAssociationsResponse,
  BatchUpdateStandardsControlAssociationsRequest,
  BatchUpdateStandardsControlAssociationsResponse,
  ListStandardsControlAssociationsRequest,
  ListStandardsControlAssociationsResponse,
  StandardsControlAssociationDetail,
  StandardsControlAssociationSummary,
  UnprocessedErrorCode,
  UnprocessedStandardsControlAssociation,
  UnprocessedStandardsControlAssociationUpdate,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { type Place, securityControlArn, standardsControlArn } from "./arns.ts";
import type { Control } from "./catalog/control.ts";
import { describeControl, findControl } from "./catalog/controls.ts";
import { type Standard, standardArn } from "./catalog/standards.ts";
import { statusIn, switchControl } from "./control-status.ts";
import { invalidInput } from "./errors.ts";
import { requireHub } from "./lifecycle.ts";
import { pageOf } from "./pages.ts";
import { type Hub, placeOf, type State, type Subscription } from "./state.ts";
import { updatable } from "./subscriptions.ts";

/** A control in a standard that the account has enabled. */
interface Association {
  readonly control: Control;
  readonly standard: Standard;
  readonly subscription: Subscription;
}

/** Switching controls on and off, standard by standard. */
export function controlAssociationOperations(state: State): Record<string, Operation> {
  return {
    ListStandardsControlAssociations(
      call: Call<ListStandardsControlAssociationsRequest>,
    ): ListStandardsControlAssociationsResponse {
      const hub = requireHub(state, call);
      const place = placeOf(state, call);
      const control = findControl(place, call.input.SecurityControlId ?? "");
      if (control === undefined) throw invalidInput(`Invalid SecurityControlId: ${call.input.SecurityControlId}`);
      const associations = updatable(hub)
        .filter(([standard]) => control.requirements.has(standard.key))
        .map(([standard, subscription]) => summarize(place, { control, standard, subscription }));
      const { items, rest } = pageOf(associations, call.input, 25);
      return { StandardsControlAssociationSummaries: items, ...rest };
    },

    BatchGetStandardsControlAssociations(
      call: Call<BatchGetStandardsControlAssociationsRequest>,
    ): BatchGetStandardsControlAssociationsResponse {
      const hub = requireHub(state, call);
      const place = placeOf(state, call);
      const details: StandardsControlAssociationDetail[] = [];
      const unprocessed: UnprocessedStandardsControlAssociation[] = [];
      for (const id of call.input.StandardsControlAssociationIds ?? []) {
        const found = find(place, hub, id);
        if ("control" in found) details.push(detail(place, found));
        else unprocessed.push({ StandardsControlAssociationId: id, ...found });
      }
      return { StandardsControlAssociationDetails: details, UnprocessedAssociations: unprocessed };
    },

    BatchUpdateStandardsControlAssociations(
      call: Call<BatchUpdateStandardsControlAssociationsRequest>,
    ): BatchUpdateStandardsControlAssociationsResponse {
      const hub = requireHub(state, call);
      const place = placeOf(state, call);
      const unprocessed: UnprocessedStandardsControlAssociationUpdate[] = [];
      for (const update of call.input.StandardsControlAssociationUpdates ?? []) {
        const { AssociationStatus: status = "ENABLED", UpdatedReason: reason } = update;
        const found = find(place, hub, update);
        if (!("control" in found)) unprocessed.push({ StandardsControlAssociationUpdate: update, ...found });
        else if (status === "DISABLED" && reason === undefined) {
          unprocessed.push({
            StandardsControlAssociationUpdate: update,
            ErrorCode: "INVALID_INPUT",
            ErrorReason: "UpdatedReason is required to disable a control",
          });
        } else switchControl(state, found.subscription, found.control, status, reason);
      }
      return { UnprocessedAssociationUpdates: unprocessed };
    },
  };
}

interface Problem {
  readonly ErrorCode: UnprocessedErrorCode;
  readonly ErrorReason: string;
}

function find(
  place: Place,
  hub: Hub,
  id: { readonly SecurityControlId: string | undefined; readonly StandardsArn: string | undefined },
): Association | Problem {
  const control = findControl(place, id.SecurityControlId ?? "");
  const enabled = updatable(hub).find(([standard]) => standardArn(place, standard) === id.StandardsArn);
  if (control === undefined || enabled === undefined || !control.requirements.has(enabled[0].key)) {
    const ErrorReason = `Control ${id.SecurityControlId} is not in an enabled standard ${id.StandardsArn} of this account`;
    return { ErrorCode: "RESOURCE_NOT_FOUND", ErrorReason };
  }
  return { control, standard: enabled[0], subscription: enabled[1] };
}

function summarize(place: Place, { control, standard, subscription }: Association): StandardsControlAssociationSummary {
  const last = subscription.switched.get(control.id);
  return {
    StandardsArn: standardArn(place, standard),
    SecurityControlId: control.id,
    SecurityControlArn: securityControlArn(place, control.id),
    AssociationStatus: statusIn(subscription, control),
    RelatedRequirements: [`${standard.name}/${control.requirements.get(standard.key)}`],
    ...(last === undefined ? {} : { UpdatedAt: last.at }),
    ...(last?.reason === undefined ? {} : { UpdatedReason: last.reason }),
    StandardsControlTitle: control.title,
    StandardsControlDescription: describeControl(control).Description,
  };
}

function detail(place: Place, association: Association): StandardsControlAssociationDetail {
  const { control, standard } = association;
  const requirement = control.requirements.get(standard.key) ?? control.id;
  return {
    ...summarize(place, association),
    StandardsControlArns: [standardsControlArn(place, standard.path, requirement)],
  };
}
