/** What the functions' roles may do; `allow` of a policy. */
interface Place {
  readonly region: string;
  readonly account: string;
  readonly organizationId: string;
}

const allow = (actions: readonly string[], resources: readonly string[] = ["*"], Condition?: object) => ({
  Effect: "Allow",
  Action: actions,
  Resource: resources,
  ...(Condition === undefined ? {} : { Condition }),
});
const document = (...Statement: readonly object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

const ITEMS = ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "BatchGetItem", "ConditionCheckItem"];
const TAKE = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];

function shared({ region, account }: Place, queues: readonly string[]) {
  const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`;
  const table = arn("dynamodb", "table/bulwark-incidents");
  return [
    allow(
      ITEMS.map((item) => `dynamodb:${item}`),
      [table, `${table}/index/*`],
    ),
    allow(["ssm:GetParameters"], [arn("ssm", "parameter/bulwark/*")]),
    allow(
      TAKE,
      queues.map((queue) => arn("sqs", queue)),
    ),
    allow(["sqs:SendMessage"], [arn("sqs", "bulwark-quarantine"), arn("sqs", "bulwark-requests")]),
  ];
}

/** The role of responder and watch, the only one that may become the roles of remediations. */
export const responding = (place: Place) =>
  document(
    ...shared(place, ["bulwark-respond", "bulwark-requests"]),
    allow(["sns:Publish"], [`arn:aws:sns:${place.region}:${place.account}:bulwark-incidents`]),
    allow(["organizations:ListAccounts", "organizations:ListParents"]),
    allow(["securityhub:BatchUpdateFindings"]),
    allow(["sts:AssumeRole", "sts:SetSourceIdentity"], ["arn:aws:iam::*:role/BulwarkRemediation-*"], {
      StringEquals: { "aws:ResourceOrgID": place.organizationId },
    }),
  );

/** The role of the forwarders and of clicks. */
export const forwarding = (place: Place) =>
  document(
    ...shared(place, ["bulwark-forward", "bulwark-slack", "bulwark-service-desk"]),
    allow(
      ["secretsmanager:GetSecretValue"],
      [`arn:aws:secretsmanager:${place.region}:${place.account}:secret:bulwark/*`],
    ),
  );
