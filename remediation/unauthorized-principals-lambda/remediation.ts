import {
  AddPermissionCommand,
  GetPolicyCommand,
  LambdaClient,
  ListTagsCommand,
  RemovePermissionCommand,
} from "@aws-sdk/client-lambda";
import { orNull } from "../aws-errors.ts";
import type { NamedResource } from "../finding-resources.ts";
import { remediation } from "../remediation.ts";
import { decide, functionPolicyState, partsOf, stepsBetween, targetsOf } from "./decide.ts";
import { unauthorizedPrincipalsLambda as manifest } from "./manifest.ts";

const GONE = "ResourceNotFoundException";

/**
 * Who the policy of a function, or of its version or alias, lets in; its state is the policy, `null` where there is none. Lambda answers for a
 * function that is gone as for one without a policy.
 */
export const unauthorizedPrincipalsLambdaRemediation = remediation<NamedResource, string | null>({
  manifest,
  targetsOf,
  decide,
  told: ({ arn, accountId }) => `function ${arn} in account ${accountId}`,

  async tags(session, { arn }) {
    // Tags are the function's, not its versions'.
    const Resource = arn.split(":").slice(0, 7).join(":");
    return (await session.client(LambdaClient).send(new ListTagsCommand({ Resource }))).Tags ?? {};
  },

  async read(session, target) {
    const answer = await orNull(session.client(LambdaClient).send(new GetPolicyCommand(partsOf(target))), GONE);
    return functionPolicyState(answer?.Policy);
  },

  async write(session, target, from, to) {
    const lambda = session.client(LambdaClient);
    const of = partsOf(target);
    const { gone, come } = stepsBetween(from, to);
    for (const StatementId of gone) {
      await orNull(lambda.send(new RemovePermissionCommand({ ...of, StatementId })), GONE);
    }
    for (const permission of come) await lambda.send(new AddPermissionCommand({ ...of, ...permission }));
  },
});
