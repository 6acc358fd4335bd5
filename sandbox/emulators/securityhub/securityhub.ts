import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import { z } from "zod";
import type { Aws, Emulator, EmulatorFactory, Operation } from "../../gateway/emulator.ts";
import { actionTargetOperations } from "./action-targets.ts";
import { administratorOperations } from "./administrator.ts";
import { authorizationOf } from "./authorization.ts";
import { automationRuleOperations } from "./automation-rules.ts";
import { configureNewcomers, refuseGoverned } from "./central-effects.ts";
import { configurationAssociationOperations } from "./configuration-associations.ts";
import { configurationPolicyOperations } from "./configuration-policies.ts";
import { controlAssociationOperations } from "./control-associations.ts";
import { controlOperations } from "./controls.ts";
import { notFound } from "./errors.ts";
import { findingAggregationOperations } from "./finding-aggregation.ts";
import { announceCustomAction } from "./findings/delivery.ts";
import { getOperations } from "./findings/get.ts";
import { importOperations, receive } from "./findings/import.ts";
import { updateOperations } from "./findings/update.ts";
import { visibleFindings } from "./findings/visibility.ts";
import { hubOperations } from "./hub.ts";
import { insightOperations } from "./insights.ts";
import { invitationOperations } from "./invitations.ts";
import { type At, hubAt, requireHub } from "./lifecycle.ts";
import { memberOperations } from "./members.ts";
import { enrolNewAccounts } from "./new-accounts.ts";
import { organizationAdminOperations } from "./organization-admin.ts";
import { organizationConfigurationOperations } from "./organization-configuration.ts";
import { productOperations } from "./products.ts";
import { standardsOperations } from "./standards.ts";
import { standardsControlOperations } from "./standards-controls.ts";
import { createState, type State } from "./state.ts";
import { tagOperations } from "./tags.ts";

/** The emulated Security Hub, and what other parts of the sandbox may do with it beyond its API. */
export interface SecurityHub {
  readonly emulator: Emulator;
  isEnabled(at: At): boolean;
  /**
   * A product of AWS (GuardDuty, Inspector, Access Analyzer) sends findings to an account's Security Hub. Nothing
   * happens where Security Hub is off, or does not take the product's findings: AWS drops them too.
   *
   * @param product as in its ARN, e.g. `aws/guardduty`
   * @param findings in ASFF, with the product's ARN
   */
  send(at: At, product: string, findings: readonly AwsSecurityFinding[]): Promise<void>;
  /** What the console's button of a custom action does with the chosen findings. Throws for an unknown action. */
  useCustomAction(at: At, actionTargetArn: string, findings: readonly AwsSecurityFinding[]): Promise<void>;
}

/** A person of an account chooses findings and presses the button of a custom action. */
const CustomActionUse = z.strictObject({
  accountId: z.string(),
  region: z.string(),
  actionTargetArn: z.string(),
  findingIds: z.array(z.string()).min(1),
});

/** Makes an empty Security Hub. */
export function createSecurityHub(aws: Aws): SecurityHub {
  const state = createState(aws);
  const use = async (at: At, actionTargetArn: string, findings: readonly AwsSecurityFinding[]) => {
    const target = requireHub(state, at).actionTargets.get(actionTargetArn);
    if (target === undefined) throw notFound(`Action target ${actionTargetArn} was not found`);
    await announceCustomAction(state, at, { arn: actionTargetArn, ...target }, findings);
  };
  return {
    emulator: {
      signingName: "securityhub",
      model: "securityhub",
      operations: operationsOf(state),
      selfValidating: ["BatchImportFindings"],
      authorization: authorizationOf(state),
      console: {
        async "custom-action"(given) {
          const { findingIds, actionTargetArn, ...at } = CustomActionUse.parse(given);
          const seen = [...visibleFindings(state, at)].map(({ stored }) => stored.finding);
          const chosen = seen.filter(({ Id = "" }) => findingIds.includes(Id));
          if (chosen.length !== findingIds.length) throw notFound(`Not all of ${findingIds.join(", ")} were found`);
          await use(at, actionTargetArn, chosen);
        },
      },
    },
    isEnabled: (at) => hubAt(state, at) !== undefined,
    async send(at, product, findings) {
      if (hubAt(state, at)?.products.has(product) !== true) return;
      for (const finding of findings) await receive(state, at, finding);
    },
    useCustomAction: use,
  };
}

/** Security Hub on its own, for a gateway that has nothing else to connect to it. */
export const securityHub: EmulatorFactory = (aws) => createSecurityHub(aws).emulator;

function operationsOf(state: State): Record<string, Operation> {
  const operations: Record<string, Operation> = {
    ...hubOperations(state),
    ...standardsOperations(state),
    ...standardsControlOperations(state),
    ...controlOperations(state),
    ...controlAssociationOperations(state),
    ...organizationAdminOperations(state),
    ...organizationConfigurationOperations(state),
    ...configurationPolicyOperations(state),
    ...configurationAssociationOperations(state),
    ...memberOperations(state),
    ...invitationOperations(state),
    ...administratorOperations(state),
    ...findingAggregationOperations(state),
    ...importOperations(state),
    ...getOperations(state),
    ...updateOperations(state),
    ...automationRuleOperations(state),
    ...insightOperations(state),
    ...actionTargetOperations(state),
    ...productOperations(state),
    ...tagOperations(state),
  };
  const enrolling = Object.entries(operations).map(([name, operation]): [string, Operation] => [
    name,
    async (call) => {
      await enrolNewAccounts(state, call.region);
      configureNewcomers(state);
      refuseGoverned(state, call);
      return operation(call);
    },
  ]);
  return Object.fromEntries(enrolling);
}
