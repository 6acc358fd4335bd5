import type {
  CreateActionTargetRequest,
  CreateActionTargetResponse,
  DeleteActionTargetRequest,
  DeleteActionTargetResponse,
  DescribeActionTargetsRequest,
  DescribeActionTargetsResponse,
  UpdateActionTargetRequest,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { actionTargetArn } from "./arns.ts";
import { conflict, invalidInput, limitExceeded, notFound } from "./errors.ts";
import { requireHub } from "./lifecycle.ts";
import { pageOf } from "./pages.ts";
import { type ActionTarget, type Hub, placeOf, type State } from "./state.ts";

/** Security Hub quota "Custom actions". */
const mostTargets = 50;

/** Custom actions: the buttons of the console that put findings on the event bus. */
export function actionTargetOperations(state: State): Record<string, Operation> {
  return {
    CreateActionTarget(call: Call<CreateActionTargetRequest>): CreateActionTargetResponse {
      const hub = requireHub(state, call);
      const { Id: id = "", Name: name = "", Description: description = "" } = call.input;
      if (!/^[a-zA-Z0-9]{1,20}$/.test(id)) throw invalidInput(`Invalid Id ${id}: up to 20 alphanumeric characters`);
      checkName(name);
      const arn = actionTargetArn(placeOf(state, call), id);
      if (hub.actionTargets.has(arn)) throw conflict(`Action target ${arn} already exists`);
      if (hub.actionTargets.size >= mostTargets)
        throw limitExceeded(`An account can have ${mostTargets} custom actions`);
      hub.actionTargets.set(arn, { name, description });
      return { ActionTargetArn: arn };
    },

    DescribeActionTargets(call: Call<DescribeActionTargetsRequest>): DescribeActionTargetsResponse {
      const hub = requireHub(state, call);
      const arns = call.input.ActionTargetArns ?? [...hub.actionTargets.keys()];
      const targets = arns.map((arn) => ({ arn, ...requireTarget(hub, arn) }));
      const { items, rest } = pageOf(targets, call.input, 100);
      const shown = items.map(({ arn, name, description }) => ({
        ActionTargetArn: arn,
        Name: name,
        Description: description,
      }));
      return { ActionTargets: shown, ...rest };
    },

    UpdateActionTarget(call: Call<UpdateActionTargetRequest>) {
      const target = requireTarget(requireHub(state, call), call.input.ActionTargetArn ?? "");
      const { Name: name, Description: description } = call.input;
      if (name !== undefined) {
        checkName(name);
        target.name = name;
      }
      if (description !== undefined) target.description = description;
      return {};
    },

    DeleteActionTarget(call: Call<DeleteActionTargetRequest>): DeleteActionTargetResponse {
      const hub = requireHub(state, call);
      const arn = call.input.ActionTargetArn ?? "";
      requireTarget(hub, arn);
      hub.actionTargets.delete(arn);
      return { ActionTargetArn: arn };
    },
  };
}

function checkName(name: string): void {
  if (name.length > 20) throw invalidInput(`Invalid Name ${name}: up to 20 characters`);
}

function requireTarget(hub: Hub, arn: string): ActionTarget {
  const target = hub.actionTargets.get(arn);
  if (target === undefined) throw notFound(`Action target ${arn} was not found`);
  return target;
}
