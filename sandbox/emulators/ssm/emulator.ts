import type { EmulatorFactory } from "../../gateway/emulator.ts";
import { associationListings } from "./association-listings.ts";
import { associationOperations } from "./associations.ts";
import { authorizationOf } from "./authorization.ts";
import { automationOperations } from "./automation/operations.ts";
import { commandOperations } from "./commands.ts";
import { documentListings } from "./documents/listing.ts";
import { documentOperations } from "./documents/operations.ts";
import { permissionOperations } from "./documents/permissions.ts";
import { parameterOperations } from "./parameters.ts";
import { baselineOperations } from "./patching/baselines.ts";
import { registrationOperations } from "./patching/default-baselines.ts";
import { resourceDataSyncOperations } from "./resource-data-syncs.ts";
import { serviceSettingOperations } from "./service-settings.ts";
import { createState } from "./state.ts";
import { tagOperations } from "./tags.ts";
import { windowTargetOperations } from "./windows/targets.ts";
import { windowTaskOperations } from "./windows/tasks.ts";
import { windowOperations } from "./windows/windows.ts";

/**
 * AWS Systems Manager without agents: documents and whom they are shared with, runs of runbooks, commands, associations, service settings,
 * patch baselines and groups, maintenance windows, parameters, resource data syncs, tags.
 */
export const systemsManager: EmulatorFactory = (aws) => {
  const state = createState(aws);
  return {
    signingName: "ssm",
    model: "ssm",
    operations: {
      ...documentOperations(state),
      ...documentListings(state),
      ...permissionOperations(state),
      ...associationOperations(state),
      ...associationListings(state),
      ...automationOperations(state),
      ...commandOperations(state),
      ...serviceSettingOperations(state),
      ...baselineOperations(state),
      ...registrationOperations(state),
      ...windowOperations(state),
      ...windowTargetOperations(state),
      ...windowTaskOperations(state),
      ...resourceDataSyncOperations(state),
      ...parameterOperations(state),
      ...tagOperations(state),
    },
    // The model has 25 letters for an action, and `waitForAwsResourceProperty` has 26.
    beyondModel: {
      GetAutomationExecution: ["action", "currentAction"],
      DescribeAutomationExecutions: ["currentAction"],
    },
    authorization: (call) => authorizationOf(state, call),
  };
};
