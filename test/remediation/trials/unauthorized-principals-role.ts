import { IAM } from "@aws-sdk/client-iam";
import { unauthorizedPrincipalsRoleRemediation as remediation } from "../../../remediation/unauthorized-principals-role/remediation.ts";
import type { Scene, Trial } from "./trial.ts";

const STRANGER = "arn:aws:iam::999988887777:role/bob";
const steps = {
  "iam:GetRole": { forth: "read", back: "read" },
  "iam:UpdateAssumeRolePolicy": { forth: "change", back: "undo" },
} as const;

async function roleTrusting(
  [{ id: AwsAccountId, access }, suffix]: Parameters<Trial["arrange"]>,
  name: string,
  all: readonly object[],
  left: readonly object[],
): Promise<Scene> {
  const iam = new IAM(access());
  const RoleName = `${name}-${suffix}`;
  const of = (Statement: readonly object[]) => ({ Version: "2012-10-17", Statement });
  const { Role } = await iam.createRole({
    RoleName,
    Path: "/apps/",
    AssumeRolePolicyDocument: JSON.stringify(of(all)),
  });
  return {
    finding: { AwsAccountId, Resources: [{ Type: "AwsIamRole", Id: Role?.Arn ?? "" }] },
    see: async () => {
      const { Role: role } = await iam.getRole({ RoleName });
      return JSON.parse(decodeURIComponent(role?.AssumeRolePolicyDocument ?? "")) as unknown;
    },
    remediated: of(left),
  };
}

const trusting = (Principal: object) => ({ Effect: "Allow", Principal, Action: "sts:AssumeRole" });

/** A role that trusts a stranger beside a service and an account of the organization. */
export const roleTrustNarrowed: Trial = {
  remediation,
  arrange: (...arranged) =>
    roleTrusting(
      arranged,
      "Shared",
      [
        trusting({ AWS: ["arn:aws:iam::100000000001:root", STRANGER], Service: "ec2.amazonaws.com" }),
        { ...trusting({ AWS: STRANGER }), Condition: { StringEquals: { "sts:ExternalId": "x" } } },
      ],
      [trusting({ AWS: "arn:aws:iam::100000000001:root", Service: "ec2.amazonaws.com" })],
    ),
  steps,
};

/** A role that trusts nobody but a stranger. */
export const roleTrustEmptied: Trial = {
  remediation,
  arrange: (...arranged) =>
    roleTrusting(
      arranged,
      "GivenAway",
      [trusting({ AWS: STRANGER })],
      [{ Sid: "Nobody", Effect: "Deny", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
    ),
  steps,
};
