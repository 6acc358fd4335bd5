import {
  type AssociateIamInstanceProfileRequest,
  type AssociateIamInstanceProfileResult,
  type DescribeIamInstanceProfileAssociationsRequest,
  type DescribeIamInstanceProfileAssociationsResult,
  DescribeInstancesCommand,
  type DisassociateIamInstanceProfileRequest,
  type DisassociateIamInstanceProfileResult,
  EC2Client,
  type IamInstanceProfileAssociation,
} from "@aws-sdk/client-ec2";
import { GetInstanceProfileCommand, IAMClient, type InstanceProfile } from "@aws-sdk/client-iam";
import { type Aws, AwsError, type Call, type Operation, regional } from "../../gateway/emulator.ts";

type Association = IamInstanceProfileAssociation & { readonly AssociationId: string; readonly InstanceId: string };

/**
 * Which instances have which instance profile: instances are moto's and profiles MiniStack's, so neither knows. An instance has one at most
 * (API reference, AssociateIamInstanceProfile). Associations are made and gone at once.
 */
export function instanceProfiles(aws: Aws): Readonly<Record<string, Operation>> {
  const places = regional(() => new Map<string, Association>());
  return {
    async AssociateIamInstanceProfile(
      call: Call<AssociateIamInstanceProfileRequest>,
    ): Promise<AssociateIamInstanceProfileResult> {
      const { InstanceId = "", IamInstanceProfile: { Arn, Name } = {} } = call.input;
      const known = places.of(call.accountId, call.region);
      await checkInstance(aws, call, InstanceId);
      const name = Name ?? Arn?.split("/").at(-1) ?? "";
      const profile = await profileOf(aws, call.accountId, name);
      if (profile === undefined) {
        const told = Name === undefined ? "Arn" : "Name";
        throw new AwsError(
          "InvalidParameterValue",
          `Value (${Name ?? Arn}) for parameter iamInstanceProfile.${told.toLowerCase()} is invalid. Invalid IAM Instance Profile ${told}`,
        );
      }
      if ([...known.values()].some((one) => one.InstanceId === InstanceId)) {
        throw new AwsError("IncorrectState", `There is an existing association for instance ${InstanceId}`);
      }
      const association: Association = {
        AssociationId: `iip-assoc-${aws.hex(17)}`,
        InstanceId,
        IamInstanceProfile: { Arn: profile.Arn, Id: profile.InstanceProfileId },
        State: "associated",
      };
      known.set(association.AssociationId, association);
      return { IamInstanceProfileAssociation: { ...association, State: "associating" } };
    },

    DisassociateIamInstanceProfile(
      call: Call<DisassociateIamInstanceProfileRequest>,
    ): DisassociateIamInstanceProfileResult {
      const { AssociationId = "" } = call.input;
      const known = places.of(call.accountId, call.region);
      const association = known.get(AssociationId);
      if (association === undefined) {
        throw new AwsError(
          "InvalidAssociationID.NotFound",
          `An invalid association-id of '${AssociationId}' was given`,
        );
      }
      known.delete(AssociationId);
      return { IamInstanceProfileAssociation: { ...association, State: "disassociating" } };
    },

    DescribeIamInstanceProfileAssociations(
      call: Call<DescribeIamInstanceProfileAssociationsRequest>,
    ): DescribeIamInstanceProfileAssociationsResult {
      const { AssociationIds, Filters = [] } = call.input;
      const known = [...places.of(call.accountId, call.region).values()];
      const asked = known.filter((one) => AssociationIds?.includes(one.AssociationId) ?? true);
      return { IamInstanceProfileAssociations: asked.filter((one) => Filters.every((filter) => passes(one, filter))) };
    },
  };
}

/** Putting a profile on an instance passes its role to EC2; taking one away is decided on the instance too. */
export function instanceProfileAuthorization(
  { organization: { partition } }: Aws,
  call: Call<Record<string, unknown>>,
) {
  const { accountId, region } = call;
  const { InstanceId, IamInstanceProfile: profile } = call.input as Partial<AssociateIamInstanceProfileRequest>;
  const resources = [`arn:${partition}:ec2:${region}:${accountId}:instance/${InstanceId ?? "*"}`];
  if (call.operation !== "AssociateIamInstanceProfile") return { resources };
  // A profile of the sandbox is decided on as if its role had its name, as in those that IAM's console makes.
  const name = profile?.Name ?? profile?.Arn?.split("/").at(-1) ?? "";
  return { resources, passes: { roleArn: `arn:${partition}:iam::${accountId}:role/${name}`, to: "ec2.amazonaws.com" } };
}

async function checkInstance(aws: Aws, { accountId, region }: Call<unknown>, id: string): Promise<void> {
  const ec2 = new EC2Client(aws.asRoot(accountId, region));
  try {
    await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  } catch (error) {
    // moto's refusal of an id is EC2's own.
    if (error instanceof Error && error.name.startsWith("InvalidInstanceID")) {
      throw new AwsError(error.name, error.message);
    }
    throw error;
  } finally {
    ec2.destroy();
  }
}

async function profileOf(aws: Aws, accountId: string, name: string): Promise<InstanceProfile | undefined> {
  const iam = new IAMClient(aws.asRoot(accountId, "us-east-1"));
  try {
    return (await iam.send(new GetInstanceProfileCommand({ InstanceProfileName: name }))).InstanceProfile;
  } catch (error) {
    if (error instanceof Error && error.name.startsWith("NoSuchEntity")) return undefined;
    throw error;
  } finally {
    iam.destroy();
  }
}

type Filter = NonNullable<DescribeIamInstanceProfileAssociationsRequest["Filters"]>[number];

/** The filters of the API reference, DescribeIamInstanceProfileAssociations. */
function passes({ InstanceId, State = "associated" }: Association, { Name = "", Values = [] }: Filter): boolean {
  const values: Readonly<Record<string, string>> = { "instance-id": InstanceId, state: State };
  const known = values[Name];
  if (known === undefined) throw new AwsError("InvalidParameterValue", `The filter '${Name}' is invalid`);
  return Values.includes(known);
}
