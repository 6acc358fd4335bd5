import type { SecurityHubPolicy } from "@aws-sdk/client-securityhub";
import { unless } from "../../provider/errors.ts";
import { block, boolean, type InputsOf, list, output, set, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { securityHubClient } from "./client.ts";
import { parameter, parameterFromAws, parameterToAws } from "./policy-parameters.ts";

const properties = {
  configurationPolicy: block(
    {
      enabledStandardArns: set(string()),
      securityControlsConfiguration: block({
        disabledControlIdentifiers: set(string()),
        enabledControlIdentifiers: set(string()),
        securityControlCustomParameters: list(
          block({ securityControlId: string({ required: true }), parameters: set(parameter, { required: true }) }),
        ),
      }),
      serviceEnabled: boolean({ required: true }),
    },
    { required: true },
  ),
  description: string(),
  name: string({ naming: { length: 255 } }),
  arn: output(string()),
};

type Inputs = InputsOf<typeof properties>;
type Configured = Inputs["configurationPolicy"];

/** How Security Hub answers where the organization is not configured centrally any more, or the policy is gone. */
export const noPolicy = [
  "ResourceNotFoundException",
  "AccessDeniedException: Must be a Security Hub delegated administrator with Central Configuration enabled",
] as const;

function toAws({ serviceEnabled, enabledStandardArns, securityControlsConfiguration: controls }: Configured) {
  if (!serviceEnabled && controls) {
    throw new Error("security_controls_configuration cannot be defined when service_enabled is false");
  }
  if (serviceEnabled && !controls) {
    throw new Error("security_controls_configuration must be defined when service_enabled is true");
  }
  const enabled = controls?.enabledControlIdentifiers;
  const customized = controls?.securityControlCustomParameters;
  const policy: SecurityHubPolicy = {
    ServiceEnabled: serviceEnabled,
    ...(serviceEnabled ? { EnabledStandardIdentifiers: [...(enabledStandardArns ?? [])] } : {}),
    ...(controls
      ? {
          SecurityControlsConfiguration: {
            ...(enabled?.length
              ? { EnabledSecurityControlIdentifiers: [...enabled] }
              : { DisabledSecurityControlIdentifiers: [...(controls.disabledControlIdentifiers ?? [])] }),
            ...(customized?.length
              ? {
                  SecurityControlCustomParameters: customized.map(({ securityControlId, parameters }) => ({
                    SecurityControlId: securityControlId,
                    Parameters: Object.fromEntries(parameters.map((each) => [each.name, parameterToAws(each)])),
                  })),
                }
              : {}),
          },
        }
      : {}),
  };
  return { SecurityHub: policy };
}

function fromAws({ ServiceEnabled, EnabledStandardIdentifiers, ...live }: SecurityHubPolicy): Configured {
  const controls = live.SecurityControlsConfiguration;
  return {
    serviceEnabled: ServiceEnabled ?? false,
    enabledStandardArns: EnabledStandardIdentifiers,
    ...(controls
      ? {
          securityControlsConfiguration: {
            disabledControlIdentifiers: controls.DisabledSecurityControlIdentifiers,
            enabledControlIdentifiers: controls.EnabledSecurityControlIdentifiers,
            securityControlCustomParameters: controls.SecurityControlCustomParameters?.map((each) => ({
              securityControlId: each.SecurityControlId ?? "",
              parameters: Object.entries(each.Parameters ?? {}).map(([name, value]) => parameterFromAws(name, value)),
            })),
          },
        }
      : {}),
  };
}

export const configurationPolicy = resource({
  title: "Security Hub Configuration Policy",
  properties,
  label: (inputs) => inputs.name,
  async create(place, inputs) {
    const hub = await place.client(securityHubClient);
    const { Id } = await hub.createConfigurationPolicy({
      Name: inputs.name,
      Description: inputs.description || undefined,
      ConfigurationPolicy: toAws(inputs.configurationPolicy),
    });
    return Id ?? "";
  },
  async read(place, id) {
    const hub = await place.client(securityHubClient);
    const found = await unless(hub.getConfigurationPolicy({ Identifier: id }), ...noPolicy);
    return (
      found && {
        configurationPolicy: fromAws(found.ConfigurationPolicy?.SecurityHub ?? {}),
        description: found.Description,
        name: found.Name,
        arn: found.Arn,
      }
    );
  },
  async update(place, id, inputs) {
    const hub = await place.client(securityHubClient);
    await hub.updateConfigurationPolicy({
      Identifier: id,
      Name: inputs.name,
      Description: inputs.description || undefined,
      ConfigurationPolicy: toAws(inputs.configurationPolicy),
    });
  },
  async delete(place, id) {
    const hub = await place.client(securityHubClient);
    await unless(hub.deleteConfigurationPolicy({ Identifier: id }), ...noPolicy);
  },
});
