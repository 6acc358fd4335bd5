import { OWN_DOCUMENTS, PERMITTED_DOCUMENTS } from "../extensions/ssm-association.ts";
import { arn, type Partition } from "../partition.ts";
import type { Statement } from "./policy-document.ts";
import {
  ALERT_SUBSCRIPTION,
  ALERT_TOPIC,
  ANALYZER_RULE,
  EVENT_RULE,
  EVIDENCE_KEY,
  EVIDENCE_KEY_MAKING,
  PARAMETER,
  PARAMETER_LISTING,
} from "./service-actions.ts";

/** Names of what extensions make in a member, and of their rules on the organization's analyzer. */
const OWN = "bulwark-extension-*";

/** Which keys are of a team's alerts: the tag that the creating call gives. */
const KEYS_OF_ROUTES = "account-*/extension-key-*";

/** The documents that an entry may associate. */
export const EXTENSION_DOCUMENTS = [...PERMITTED_DOCUMENTS, `${OWN_DOCUMENTS}*`];

/** What the deployment role of a member needs for the alert routes of its team: nothing of anybody else's there. */
export function alertRouteRights({
  partition,
  regions,
}: {
  readonly partition: Partition;
  readonly regions: readonly string[];
}): readonly Statement[] {
  const Condition = { StringEquals: { "aws:RequestedRegion": regions } };
  const keys = [arn(partition, "kms", "*", "*", "key/*")];
  const ofOwnKeys = { StringLike: { "aws:ResourceTag/BulwarkResource": KEYS_OF_ROUTES } };
  return [
    {
      Sid: "AlertRoutes",
      Effect: "Allow",
      Action: [...ALERT_TOPIC, ...EVENT_RULE],
      Resource: [arn(partition, "sns", "*", "*", OWN), arn(partition, "events", "*", "*", `rule/${OWN}`)],
    },
    {
      // Calls on which IAM checks no resource, and keys, which have no ARN before they are made.
      Sid: "FindAlertRoutes",
      Effect: "Allow",
      Action: [...ALERT_SUBSCRIPTION, ...EVIDENCE_KEY_MAKING],
      Resource: ["*"],
      Condition,
    },
    {
      // By the call that makes it: AWS checks the tags that it is given.
      Sid: "TagAlertKeys",
      Effect: "Allow",
      Action: ["kms:TagResource"],
      Resource: keys,
      Condition: { StringLike: { "aws:RequestTag/BulwarkResource": KEYS_OF_ROUTES } },
    },
    {
      // Without the tag: it takes up to five minutes until KMS decides by that (KMS Developer Guide, "ABAC for AWS KMS").
      Sid: "SeeKeys",
      Effect: "Allow",
      Action: EVIDENCE_KEY.filter(isHarmless),
      Resource: keys,
    },
    {
      Sid: "AlertKeys",
      Effect: "Allow",
      Action: [
        ...EVIDENCE_KEY.filter((action) => !isHarmless(action) && action !== "kms:TagResource"),
        "kms:ScheduleKeyDeletion",
      ],
      Resource: keys,
      Condition: ofOwnKeys,
    },
  ];
}

/** Reads, and makes a key no weaker. */
function isHarmless(action: string): boolean {
  return /^kms:(Describe|Enable|Get|List)/.test(action);
}

/** What a baseline run does in the security account for the extensions of its account, and no more than that. */
export function extensionAdministration(partition: Partition): readonly Statement[] {
  return [
    {
      Sid: "Extensions",
      Effect: "Allow",
      Action: [...ANALYZER_RULE, ...PARAMETER],
      Resource: [
        arn(partition, "access-analyzer", "*", "*", `analyzer/*/archive-rule/${OWN}`),
        arn(partition, "ssm", "*", "*", "parameter/bulwark/*"),
      ],
    },
    { Sid: "FindExtensions", Effect: "Allow", Action: PARAMETER_LISTING, Resource: ["*"] },
  ];
}
