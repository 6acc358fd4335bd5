import type { ExceptionEntry } from "../extensions/exception.ts";
import { entriesOf } from "../extensions/extensions.ts";
import type { BaselineInputs } from "../inputs.ts";
import type { ControlChoice } from "../security-hub-settings.ts";

/**
 * The controls of the account's exceptions in a region: off while they count, and on again after, because a control stays as it is when
 * its resource goes (Terraform provider, aws_securityhub_standards_control_association). What the organization decides comes first, also
 * where it has done so since; of two entries on one control and standard the one that counts.
 */
export function exceptionChoices(
  inputs: Pick<BaselineInputs, "extensions" | "endedExtensions" | "features" | "standards">,
  region: string,
): ControlChoice[] {
  const { extensions, endedExtensions, features, standards } = inputs;
  const here = ({ regions }: ExceptionEntry) => regions?.includes(region) ?? true;
  const decided = new Set<string>();
  for (const { controlId } of features.securityHub.disabledControls) {
    for (const standard of standards) decided.add(`${controlId} ${standard}`);
  }
  const choices = (entries: readonly ExceptionEntry[], status: ControlChoice["status"]) =>
    entries.filter(here).flatMap(({ control, standards: named, reason }): ControlChoice[] =>
      named.flatMap((standard) => {
        const key = `${control} ${standard}`;
        if (decided.has(key) || !standards.includes(standard)) return [];
        decided.add(key);
        const why = status === "ENABLED" ? "The exception has ended" : reason;
        return [{ controlId: control, standards: [standard], status, regions: "all", reason: why }];
      }),
    );
  return [
    ...choices(entriesOf(extensions, "exception"), "DISABLED"),
    ...choices(entriesOf(endedExtensions, "exception"), "ENABLED"),
  ];
}
