import { Ec2Declaration } from "../../guardrail-settings.ts";
import type { GuardrailInputs } from "./principals.ts";

/** What a declarative policy assigns: the operator is AWS's. */
const assign = (value: string) => ({ "@@assign": value });

/** The declarative policy for EC2 (AWS Organizations User Guide, "Declarative policy syntax and examples"). */
export function ec2Policy({ features }: Pick<GuardrailInputs, "features">) {
  const { declares, imageSharing, snapshotSharing, serialConsole, metadataHopLimit } = features.guardrails.ec2;
  const attributes: Readonly<Record<Ec2Declaration, object>> = {
    imageSharing: { image_block_public_access: { state: assign(imageSharing) } },
    snapshotSharing: { snapshot_block_public_access: { state: assign(snapshotSharing) } },
    serialConsole: { serial_console_access: { status: assign(serialConsole) } },
    instanceMetadata: {
      instance_metadata_defaults: {
        http_tokens: assign("required"),
        http_put_response_hop_limit: assign(String(metadataHopLimit)),
        http_endpoint: assign("no_preference"),
        instance_metadata_tags: assign("no_preference"),
      },
    },
  };
  return {
    ec2_attributes: {
      exception_message: assign("This setting of EC2 is the organization's, by Bulwark. Ask the security team."),
      ...Object.assign(
        {},
        ...Ec2Declaration.options.filter((name) => declares.includes(name)).map((name) => attributes[name]),
      ),
    },
  };
}
