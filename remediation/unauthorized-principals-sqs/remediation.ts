import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueueTagsCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { isNamed } from "../aws-errors.ts";
import { type NamedResource, nameOf } from "../finding-resources.ts";
import { policyState } from "../policy-decision.ts";
import { remediation, type Session } from "../remediation.ts";
import { decide, targetsOf } from "./decide.ts";
import { unauthorizedPrincipalsSqs as manifest } from "./manifest.ts";

/** Who a queue's policy lets in; its state is the policy, `null` where there is none. */
export const unauthorizedPrincipalsSqsRemediation = remediation<NamedResource, string | null>({
  manifest,
  targetsOf,
  decide,
  told: (queue) => `queue ${nameOf(queue)} in account ${queue.accountId}`,

  async tags(session, queue) {
    const { Tags = {} } = await session.client(SQSClient).send(new ListQueueTagsCommand(await urlOf(session, queue)));
    return Tags;
  },

  async read(session, queue) {
    try {
      const of = { ...(await urlOf(session, queue)), AttributeNames: ["Policy" as const] };
      const { Attributes } = await session.client(SQSClient).send(new GetQueueAttributesCommand(of));
      return policyState(Attributes?.Policy);
    } catch (error) {
      if (isNamed(error, "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue")) return undefined;
      throw error;
    }
  },

  async write(session, queue, _from, to) {
    // An empty text takes the policy away.
    const Attributes = { Policy: to ?? "" };
    const of = await urlOf(session, queue);
    await session.client(SQSClient).send(new SetQueueAttributesCommand({ ...of, Attributes }));
  },
});

async function urlOf(session: Session, queue: NamedResource): Promise<{ QueueUrl: string | undefined }> {
  const of = { QueueName: nameOf(queue), QueueOwnerAWSAccountId: queue.accountId };
  const { QueueUrl } = await session.client(SQSClient).send(new GetQueueUrlCommand(of));
  return { QueueUrl };
}
