import type {
  DescribeStandardsControlsRequest,
  DescribeStandardsControlsResponse,
  StandardsControl,
  UpdateStandardsControlRequest,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { type Place, standardsControlArn, subscriptionArn } from "./arns.ts";
import type { Control } from "./catalog/control.ts";
import { controlsOf, describeControl } from "./catalog/controls.ts";
import { type Standard, standardOf } from "./catalog/standards.ts";
import { statusIn, switchControl } from "./control-status.ts";
import { invalidInput, notFound } from "./errors.ts";
import { requireHub } from "./lifecycle.ts";
import { pageOf } from "./pages.ts";
import { placeOf, type State, type Subscription } from "./state.ts";
import { updatable } from "./subscriptions.ts";

/** The older view of controls, by their number within one standard. */
export function standardsControlOperations(state: State): Record<string, Operation> {
  return {
    DescribeStandardsControls(call: Call<DescribeStandardsControlsRequest>): DescribeStandardsControlsResponse {
      const hub = requireHub(state, call);
      const place = placeOf(state, call);
      const arn = call.input.StandardsSubscriptionArn;
      const found = [...hub.subscriptions].find(([key]) => subscriptionArn(place, standardOf(key).path) === arn);
      if (found === undefined) throw notFound(`Standards subscription ${arn} was not found`);
      const [standard, subscription] = [standardOf(found[0]), found[1]];
      // The list is empty while the controls cannot be changed yet (documentation of this operation).
      const controls = subscription.status === "READY" ? controlsOf(standard.key) : [];
      const { items, rest } = pageOf(controls, call.input, 100);
      return { Controls: items.map((control) => describe(place, standard, subscription, control)), ...rest };
    },

    UpdateStandardsControl(call: Call<UpdateStandardsControlRequest>) {
      const hub = requireHub(state, call);
      const place = placeOf(state, call);
      const { StandardsControlArn: arn, ControlStatus: status, DisabledReason: reason } = call.input;
      for (const [standard, subscription] of updatable(hub)) {
        const control = controlsOf(standard.key).find((each) => arnOf(place, standard, each) === arn);
        if (control === undefined) continue;
        if (status === "DISABLED" && reason === undefined) {
          throw invalidInput("DisabledReason is required to disable a control");
        }
        if (status !== undefined) switchControl(state, subscription, control, status, reason);
        return {};
      }
      throw notFound(`Standards control ${arn} was not found`);
    },
  };
}

function arnOf(place: Place, standard: Standard, control: Control): string {
  return standardsControlArn(place, standard.path, control.requirements.get(standard.key) ?? control.id);
}

function describe(place: Place, standard: Standard, subscription: Subscription, control: Control): StandardsControl {
  const last = subscription.switched.get(control.id);
  return {
    StandardsControlArn: arnOf(place, standard, control),
    ControlStatus: statusIn(subscription, control),
    ...(last?.status === "DISABLED" && last.reason !== undefined ? { DisabledReason: last.reason } : {}),
    ...(last === undefined ? {} : { ControlStatusUpdatedAt: last.at }),
    ControlId: control.requirements.get(standard.key) ?? control.id,
    Title: control.title,
    ...describeControl(control),
    SeverityRating: control.severity,
    RelatedRequirements: [`${standard.name}/${control.requirements.get(standard.key)}`],
  };
}
