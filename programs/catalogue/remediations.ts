import { automationsOf } from "../../remediation/automations.ts";
import { MANIFESTS } from "../../remediation/manifests.ts";
import type { Feature, SatisfiedControl } from "./feature.ts";

const hasRunbook = (name: string) => automationsOf({ name }).length > 0;

/** What each remediation is in a member account: the role by which its controls can be satisfied again. By default it only observes. */
export const REMEDIATION_ROLES: readonly Feature[] = MANIFESTS.map(({ name, title, what, controls }) => ({
  stack: "baseline",
  title: `Remediation: ${title}`,
  what: `A role by which the security account can see to it${controls.length === 0 ? ", for findings that are no control's" : ""}${hasRunbook(name) ? ", and a runbook for an operator" : ""}. ${what}`,
  types: [
    "aws:iam/role:Role",
    "aws:ssm/parameter:Parameter",
    ...(hasRunbook(name) ? ["aws:ssm/document:Document"] : []),
  ],
  controls: [],
  supports: controls,
  setting: "features.remediations",
}));

const answered: readonly SatisfiedControl[] = MANIFESTS.flatMap(({ controls }) => controls);

/** What all of them are in the security account. */
export const RESPONSES: Feature = {
  stack: "admin",
  title: "Remediations on request",
  what: "Each remediation has a custom action in Security Hub; what it is used on, what still is after somebody was told, and what is over goes to the queue of the responses.",
  types: [
    "aws:securityhub/actionTarget:ActionTarget",
    "aws:iam/role:Role",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:cloudwatch/eventRule:EventRule",
    "aws:cloudwatch/eventTarget:EventTarget",
  ],
  controls: [],
  supports: answered,
  setting: "features.remediations",
};
