import {
  CloudTrailClient,
  DescribeTrailsCommand,
  type DescribeTrailsRequest,
  GetTrailStatusCommand,
  type GetTrailStatusRequest,
  type Trail,
} from "@aws-sdk/client-cloudtrail";
import { type Aws, AwsError, type Call, type Operation } from "../../gateway/emulator.ts";

/**
 * Reading of trails, as MiniStack keeps them, and in a member account those of its organization beside: a member sees them as shadow trails,
 * and names them by their whole ARN (API reference, DescribeTrails, GetTrailStatus).
 */
export function shadowTrails(aws: Aws): Record<string, Operation> {
  const { organization } = aws;

  async function at<Output>(
    accountId: string,
    region: string,
    ask: (trails: CloudTrailClient) => Promise<Output>,
  ): Promise<Omit<Output, "$metadata">> {
    const client = new CloudTrailClient({ ...aws.asRootBehind(accountId, region), maxAttempts: 1 });
    try {
      const { $metadata: _, ...output } = (await ask(client)) as Output & { $metadata: unknown };
      return output as Omit<Output, "$metadata">;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
      throw new AwsError(error.name, error.message, status);
    } finally {
      client.destroy();
    }
  }

  /** The organization's trails in a region, as one of its accounts sees them that has not made them. */
  async function ofOrganization({ accountId, region }: Call<unknown>): Promise<readonly Trail[]> {
    const management = organization.managementAccountId;
    if (accountId === management || !organization.isMember(accountId)) return [];
    const { trailList = [] } = await at(management, region, (trails) => trails.send(new DescribeTrailsCommand({})));
    return trailList.filter(({ IsOrganizationTrail }) => IsOrganizationTrail === true);
  }

  return {
    async DescribeTrails(call: Call<DescribeTrailsRequest>) {
      const { accountId, region, input } = call;
      const { trailNameList: wanted = [], includeShadowTrails = true } = input;
      const shadows = includeShadowTrails ? await ofOrganization(call) : [];
      const named = shadows.filter(({ TrailARN = "" }) => wanted.length === 0 || wanted.includes(TrailARN));
      const rest = wanted.filter((name) => !shadows.some(({ TrailARN }) => TrailARN === name));
      if (wanted.length > 0 && rest.length === 0) return { trailList: named };
      const own = await at(accountId, region, (trails) =>
        trails.send(new DescribeTrailsCommand({ ...input, trailNameList: rest })),
      );
      return { trailList: [...(own.trailList ?? []), ...named] };
    },

    async GetTrailStatus(call: Call<GetTrailStatusRequest>) {
      const { accountId, region, input } = call;
      const shadow = (await ofOrganization(call)).some(({ TrailARN }) => TrailARN === input.Name);
      const owner = shadow ? organization.managementAccountId : accountId;
      return at(owner, region, (trails) => trails.send(new GetTrailStatusCommand(input)));
    },
  };
}

/** On what IAM decides about the status of a trail (service authorization reference, AWS CloudTrail). */
export function trailOf({ organization }: Aws, { accountId, region, input }: Call<Record<string, unknown>>): string {
  const name = String(input.Name ?? "");
  return name.startsWith("arn:")
    ? name
    : `arn:${organization.partition}:cloudtrail:${region}:${accountId}:trail/${name}`;
}
