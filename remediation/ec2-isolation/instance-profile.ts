import {
  AssociateIamInstanceProfileCommand,
  DescribeIamInstanceProfileAssociationsCommand,
  DisassociateIamInstanceProfileCommand,
  type IamInstanceProfileAssociation,
} from "@aws-sdk/client-ec2";
import { GetInstanceProfileCommand, IAMClient } from "@aws-sdk/client-iam";
import { orNull } from "../aws-errors.ts";
import type { Session } from "../remediation.ts";
import { nameOf, type State, type Target } from "./decide.ts";
import { ec2Of } from "./instance.ts";

/** The instance profile and the ARN of its role; a profile that was deleted while it was in use has none any more. */
export async function readProfile(session: Session, target: Target): Promise<State["profile"]> {
  const arn = (await associationOf(session, target))?.IamInstanceProfile?.Arn;
  if (arn === undefined) return null;
  const get = new GetInstanceProfileCommand({ InstanceProfileName: nameOf(arn) });
  const found = await orNull(session.client(IAMClient).send(get), "NoSuchEntityException", "NoSuchEntity");
  return { arn, role: found?.InstanceProfile?.Roles?.[0]?.Arn ?? null };
}

/** An instance has one profile at most, so another goes before one comes. */
export async function writeProfile(session: Session, target: Target, to: State["profile"]): Promise<void> {
  const ec2 = ec2Of(session, target);
  const known = await associationOf(session, target);
  if (known?.IamInstanceProfile?.Arn === to?.arn) return;
  const { AssociationId } = known ?? {};
  if (AssociationId !== undefined) await ec2.send(new DisassociateIamInstanceProfileCommand({ AssociationId }));
  if (to === null) return;
  const wanted = { InstanceId: target.instanceId, IamInstanceProfile: { Arn: to.arn } };
  await ec2.send(new AssociateIamInstanceProfileCommand(wanted));
}

async function associationOf(session: Session, target: Target): Promise<IamInstanceProfileAssociation | undefined> {
  const Filters = [
    { Name: "instance-id", Values: [target.instanceId] },
    { Name: "state", Values: ["associating", "associated"] },
  ];
  const ec2 = ec2Of(session, target);
  const answer = await ec2.send(new DescribeIamInstanceProfileAssociationsCommand({ Filters }));
  return answer.IamInstanceProfileAssociations?.[0];
}
