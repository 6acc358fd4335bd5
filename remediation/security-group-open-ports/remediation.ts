import { remediation } from "../remediation.ts";
import { groupTags, type Rule, readRules, writeRules } from "../security-group-rules.ts";
import { decide, isAbout, type Target, targetsOf } from "./decide.ts";
import { securityGroupOpenPorts as manifest } from "./manifest.ts";

/** Who may come in from everywhere; its state is the rules that say so, and none of another source, group or prefix list. */
export const securityGroupOpenPortsRemediation = remediation<Target, readonly Rule[]>({
  manifest,
  targetsOf,
  decide,
  told: ({ accountId, arn }) => `security group ${arn} in account ${accountId}`,
  tags: groupTags,

  async read(session, target) {
    const rules = await readRules(session, target);
    return rules?.ingress.filter((rule) => isAbout(target, rule));
  },

  write: (session, target, from, to) => writeRules(session, target, "ingress", from, to),
});
