import { EventBridge } from "@aws-sdk/client-eventbridge";
import { KMS } from "@aws-sdk/client-kms";
import { SNS } from "@aws-sdk/client-sns";
import type { RootAccess } from "../../sandbox/organization/root-access.ts";

/** What of a region of an account takes events to somebody: its topics, its rules on the default bus, and its keys that are not to go. */
export async function readRoutes(access: RootAccess) {
  const [sns, bus, kms] = [new SNS(access), new EventBridge(access), new KMS(access)];
  try {
    const [{ Topics = [] }, { Rules = [] }, { Keys = [] }] = await Promise.all([
      sns.listTopics({}),
      bus.listRules({}),
      kms.listKeys({}),
    ]);
    const [topics, rules, keys] = await Promise.all([
      Promise.all(Topics.map(({ TopicArn }) => readTopic(sns, TopicArn))),
      // What AWS itself has put there is not the account's.
      Promise.all(Rules.filter(({ ManagedBy }) => ManagedBy === undefined).map(({ Name }) => readRule(bus, Name))),
      Promise.all(Keys.map(({ KeyId }) => readKey(kms, KeyId))),
    ]);
    return { topics: sorted(topics), rules: sorted(rules), keys: keys.filter((key) => key !== undefined) };
  } finally {
    for (const client of [sns, bus, kms]) client.destroy();
  }
}

function sorted<Thing extends { readonly name: string | undefined }>(things: readonly Thing[]): Thing[] {
  return things.toSorted((one, another) => (one.name ?? "").localeCompare(another.name ?? ""));
}

async function readTopic(sns: SNS, TopicArn: string | undefined) {
  const { Attributes = {} } = await sns.getTopicAttributes({ TopicArn });
  const { Subscriptions = [] } = await sns.listSubscriptionsByTopic({ TopicArn });
  return {
    name: TopicArn?.split(":").at(-1),
    encrypted: Attributes.KmsMasterKeyId?.includes(":key/") === true,
    policy: JSON.parse(Attributes.Policy ?? "{}") as unknown,
    subscriptions: Subscriptions.map(({ Protocol, Endpoint }) => `${Protocol} ${Endpoint}`).sort(),
  };
}

async function readRule(bus: EventBridge, Name: string | undefined) {
  const [{ State }, { Targets = [] }] = await Promise.all([
    bus.describeRule({ Name }),
    bus.listTargetsByRule({ Rule: Name }),
  ]);
  return { name: Name, state: State, targets: Targets.map(({ Arn }) => Arn) };
}

/** Keys of the account itself; one that is to be deleted is as good as gone. */
async function readKey(kms: KMS, KeyId: string | undefined) {
  const { KeyMetadata: key } = await kms.describeKey({ KeyId });
  if (key?.KeyManager !== "CUSTOMER" || key.KeyState === "PendingDeletion") return undefined;
  const { KeyRotationEnabled } = await kms.getKeyRotationStatus({ KeyId });
  return { description: key.Description, state: key.KeyState, rotation: KeyRotationEnabled };
}
