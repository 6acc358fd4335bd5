import { type PolicyDocument, policyDocument } from "../../bootstrap/policy-document.ts";
import { type GuardrailInputs, unlessExempt } from "./principals.ts";

/**
 * Actions of services that have one endpoint for all regions, or that are read across regions (AWS Organizations User Guide, "Deny
 * access to AWS based on the requested AWS Region").
 */
const GLOBAL_ACTIONS = [
  "access-analyzer:ValidatePolicy",
  "account:*",
  "acm:*",
  "artifact:*",
  "aws-marketplace:*",
  "aws-portal:*",
  "billing:*",
  "budgets:*",
  "ce:*",
  "cloudfront:*",
  "cloudtrail:LookupEvents",
  "consolidatedbilling:*",
  "cur:*",
  "directconnect:*",
  "ec2:DescribeRegions",
  "ec2:DescribeTransitGateways",
  "ec2:DescribeVpnGateways",
  "fms:*",
  "freetier:*",
  "globalaccelerator:*",
  "health:*",
  "iam:*",
  "invoicing:*",
  "networkmanager:*",
  "notifications:*",
  "organizations:*",
  "payments:*",
  "pricing:*",
  "resource-explorer-2:*",
  "route53-recovery-cluster:*",
  "route53-recovery-control-config:*",
  "route53-recovery-readiness:*",
  "route53:*",
  "route53domains:*",
  "s3:GetAccountPublicAccessBlock",
  "s3:GetBucketLocation",
  "s3:ListAllMyBuckets",
  "s3:ListMultiRegionAccessPoints",
  "s3:PutAccountPublicAccessBlock",
  "servicequotas:*",
  "shield:*",
  "sso:*",
  "sts:*",
  "support:*",
  "supportplans:*",
  "sustainability:*",
  "tag:GetResources",
  "tax:*",
  "trustedadvisor:*",
  "waf-regional:*",
  "waf:*",
  "wafv2:*",
  "wellarchitected:*",
];

/** The service control policy that denies everything in regions which the organization does not use. */
export function regionPolicy(inputs: GuardrailInputs): PolicyDocument {
  const { alsoAllowed, globalActions } = inputs.features.guardrails.regions;
  return policyDocument({
    Sid: "NoOtherRegions",
    Effect: "Deny",
    NotAction: [...new Set([...GLOBAL_ACTIONS, ...globalActions])],
    Resource: ["*"],
    Condition: {
      StringNotEquals: { "aws:RequestedRegion": [...new Set([...inputs.regions, ...alsoAllowed])] },
      ...unlessExempt(inputs),
    },
  });
}
