import {
  type CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  type GetEventSelectorsResponse,
  GetTrailStatusCommand,
} from "@aws-sdk/client-cloudtrail";

/**
 * Whether the account's events of AWS Organizations reach EventBridge: only while a trail logs the management events of
 * the region in which Organizations is served (EventBridge User Guide, "AWS service events delivered via AWS CloudTrail").
 * Asked in that region; trails of all regions and of the organization count. Rejects as the AWS SDK does.
 */
export async function logsOrganizationEvents(cloudTrail: CloudTrailClient): Promise<boolean> {
  const { trailList = [] } = await cloudTrail.send(new DescribeTrailsCommand({ includeShadowTrails: true }));
  const logging = await Promise.all(
    trailList.map(async ({ TrailARN }) => {
      const { IsLogging } = await cloudTrail.send(new GetTrailStatusCommand({ Name: TrailARN }));
      if (IsLogging !== true) return false;
      return selectsManagementWrites(await cloudTrail.send(new GetEventSelectorsCommand({ TrailName: TrailARN })));
    }),
  );
  return logging.includes(true);
}

/** The creation of an account is a management event and no read. */
function selectsManagementWrites({
  EventSelectors = [],
  AdvancedEventSelectors = [],
}: GetEventSelectorsResponse): boolean {
  const basic = EventSelectors.some(
    ({ IncludeManagementEvents = true, ReadWriteType = "All" }) =>
      IncludeManagementEvents && ReadWriteType !== "ReadOnly",
  );
  const advanced = AdvancedEventSelectors.some(({ FieldSelectors = [] }) => {
    const equals = (name: string) => FieldSelectors.find(({ Field }) => Field === name)?.Equals;
    return equals("eventCategory")?.includes("Management") === true && equals("readOnly")?.includes("true") !== true;
  });
  return basic || advanced;
}

/** What an administrator is told where no trail logs these events. */
export function missingTrailNote(managementAccountId: string, region: string): string {
  return [
    `Note: no CloudTrail trail of account ${managementAccountId} is logging management events in ${region}.`,
    "New accounts of the organization are not onboarded by themselves until there is one, because AWS sends their event",
    "to EventBridge only then. Create a trail there, for all regions or for the organization. POST /accounts works without.",
  ].join("\n");
}
