import { CloudTrailClient, DescribeTrailsCommand, GetTrailStatusCommand } from "@aws-sdk/client-cloudtrail";
import type { Finding } from "../remediation.ts";
import { type AccountRegion, accountRegionOf, type Repair } from "../repair.ts";
import { organizationTrail as manifest } from "./manifest.ts";

/** The trail of the admin stack. */
const OWN = /^arn:aws[a-z-]*:cloudtrail:[a-z0-9-]+:\d{12}:trail\/bulwark-organization$/;

/** The organization's trail as an account sees it: by the findings of the account, and by those of this very trail. Other trails are their owners'. */
function targetsOf(finding: Finding): readonly AccountRegion[] {
  const { AwsAccountId: accountId, Region: region, Resources } = finding;
  const isOurs = Resources.some(({ Type, Id }) => Type === "AwsCloudTrailTrail" && OWN.test(Id));
  return isOurs && region !== undefined ? [{ accountId, region }] : accountRegionOf(finding);
}

/** What the controls ask for of the trail. Management events it has as it was made; its selectors a member can't read. */
export const organizationTrailRepair: Repair<AccountRegion> = {
  manifest,
  targetsOf,
  told: ({ accountId, region }) => `the organization's trail in ${region} of account ${accountId}`,
  async isWell(session, { region }) {
    const here = session.client(CloudTrailClient, region);
    const { trailList = [] } = await here.send(new DescribeTrailsCommand({ includeShadowTrails: true }));
    const trail = trailList.find(({ TrailARN = "", IsOrganizationTrail }) => IsOrganizationTrail && OWN.test(TrailARN));
    if (trail?.TrailARN === undefined) return false;
    const isWhole = trail.IsMultiRegionTrail === true && trail.LogFileValidationEnabled === true && !!trail.KmsKeyId;
    // A member names it by its ARN (API reference, GetTrailStatus).
    return isWhole && (await here.send(new GetTrailStatusCommand({ Name: trail.TrailARN }))).IsLogging === true;
  },
};
