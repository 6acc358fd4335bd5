import { z } from "zod";
import { ServiceDeskSettings } from "../remediation/forwarders/service-desk/settings.ts";
import { SlackSettings } from "../remediation/forwarders/slack/settings.ts";
import { SplunkSettings } from "../remediation/forwarders/splunk/settings.ts";
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

/** Secrets have to be where the functions are: in the home region, of its partition. */
export function checkSecrets(
  {
    partition,
    homeRegion,
    features: { response },
  }: {
    readonly partition: string;
    readonly homeRegion: string;
    readonly features: { readonly response: ResponseSettings };
  },
  issue: (path: (string | number)[], message: string) => void,
): void {
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
