import type { EmulatorFactory } from "../../gateway/emulator.ts";
import { aggregatorOperations } from "./aggregators.ts";
import { authorizationOf } from "./authorization.ts";
import { authorizationOperations } from "./authorizations.ts";
import { complianceOperations } from "./compliance.ts";
import { conformancePackOperations } from "./conformance-packs.ts";
import { createDeliverer } from "./delivery.ts";
import { deliveryChannelOperations } from "./delivery-channels.ts";
import { recorderOperations } from "./recorders.ts";
import { retentionOperations } from "./retention.ts";
import { ruleOperations } from "./rules.ts";
import { snapshotOperations } from "./snapshots.ts";
import { createState } from "./state.ts";
import { tagOperations } from "./tags.ts";

/**
 * AWS Config: the recorder, its delivery channel with a real delivery, snapshots, retention, rules and conformance packs
 * that nothing evaluates, aggregators and who may aggregate, tags.
 */
export const config: EmulatorFactory = (aws) => {
  const state = createState(aws);
  const deliverer = createDeliverer(aws);
  return {
    signingName: "config",
    model: "config",
    operations: {
      ...recorderOperations(state),
      ...deliveryChannelOperations(state, deliverer),
      ...snapshotOperations(state, deliverer),
      ...retentionOperations(state),
      ...ruleOperations(state),
      ...complianceOperations(state),
      ...conformancePackOperations(state),
      ...aggregatorOperations(state),
      ...authorizationOperations(state),
      ...tagOperations(state),
    },
    authorization: (call) => authorizationOf(state, call),
  };
};
