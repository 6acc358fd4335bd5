import { z } from "zod";
import { ServiceDeskSettings } from "../remediation/forwarders/service-desk/settings.ts";
import { SlackSettings } from "../remediation/forwarders/slack/settings.ts";
import { SplunkSettings } from "../remediation/forwarders/splunk/settings.ts";
import { MANIFESTS } from "../remediation/manifests.ts";
import { ResponsePolicy } from "../remediation/response/settings.ts";

/**
 * How findings are responded to, and who is told. It needs `features.alerts`, by which findings come, and `features.remediations`; where either is off,
 * it is not there. Without settings of its own a forwarder is not there.
 */
export const ResponseSettings = z.strictObject({
  enabled: z.boolean().default(true),
  policy: ResponsePolicy.prefault({}),
  slack: SlackSettings.optional(),
  splunk: SplunkSettings.optional(),
  serviceDesk: ServiceDeskSettings.optional(),
});
export type ResponseSettings = z.infer<typeof ResponseSettings>;

type Whole = {
  readonly partition: string;
  readonly homeRegion: string;
  readonly features: { readonly response: ResponseSettings };
};
type Issue = (path: (string | number)[], message: string) => void;

/** What the settings name has to be there: remediations, and secrets in the home region, where the functions are, of its partition. */
export function checkResponse(settings: Whole, issue: Issue): void {
  checkRemediations(settings.features.response, issue);
  checkSecrets(settings, issue);
}

/** A mode of what is no remediation would be a setting that does not hold. */
function checkRemediations({ policy: { modes, units, acceptedRisks } }: ResponseSettings, issue: Issue): void {
  const path = ["features", "response", "policy"];
  const names = MANIFESTS.map(({ name }) => name);
  const check = (name: string | undefined, ...where: (string | number)[]) => {
    if (name === undefined || names.includes(name)) return;
    issue([...path, ...where], `must be a remediation, and there is none of this name: ${names.join(", ")}`);
  };
  for (const name of Object.keys(modes)) check(name, "modes", name);
  for (const [at, unit] of units.entries()) {
    for (const name of Object.keys(unit.modes)) check(name, "units", at, "modes", name);
  }
  for (const [at, { remediation }] of acceptedRisks.entries()) check(remediation, "acceptedRisks", at, "remediation");
}

function checkSecrets({ partition, homeRegion, features: { response } }: Whole, issue: Issue): void {
  const { slack, splunk, serviceDesk } = response;
  const references: readonly (readonly [readonly string[], string | undefined])[] = [
    [["slack", "token"], slack?.token],
    [["slack", "signingSecret"], slack?.signingSecret],
    [["splunk", "token"], splunk?.token],
    [["serviceDesk", "credentials"], serviceDesk?.credentials],
  ];
  for (const [path, reference] of references) {
    const [, inPartition, , region] = reference?.split(":") ?? [];
    // What is no ARN at all is told by its schema.
    if (reference?.startsWith("arn:") && (inPartition !== partition || region !== homeRegion)) {
      issue(["features", "response", ...path], `must be in the home region ${homeRegion} of partition ${partition}`);
    }
  }
}
