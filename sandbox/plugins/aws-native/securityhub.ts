import type { ParameterConfiguration, ParameterValue } from "@aws-sdk/client-securityhub";
import { absent, securityHubClient } from "../aws/securityhub/client.ts";
import { unless } from "../provider/errors.ts";
import type { Place } from "../provider/place.ts";
import { block, boolean, type InputsOf, list, mapOf, number, string } from "../provider/property.ts";
import { type ResourceTypes, resource } from "../provider/resource.ts";
import { waitFor } from "../provider/waiting.ts";
import { policyAssociation } from "./policy-association.ts";

/** A parameter's value has one member, named as its type. */
const valueProperties = {
  boolean: boolean(),
  double: number(),
  enum: string(),
  enumList: list(string()),
  integer: number(),
  integerList: list(number()),
  string: string(),
  stringList: list(string()),
};

const properties = {
  securityControlId: string({ computed: true, replaces: true }),
  securityControlArn: string({ computed: true }),
  lastUpdateReason: string({ computed: true }),
  parameters: mapOf(block({ valueType: string({ required: true }), value: block(valueProperties) }), {
    required: true,
  }),
};

type Inputs = InputsOf<typeof properties>;
type Parameter = Inputs["parameters"][string];

const capitalized = (name: string) => name[0]?.toUpperCase() + name.slice(1);
const uncapitalized = (name: string) => name[0]?.toLowerCase() + name.slice(1);

function renamed(value: object, rename: (name: string) => string): object {
  const given = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(given.map(([name, member]) => [rename(name), member]));
}

function toAws({ valueType, value }: Parameter): ParameterConfiguration {
  return {
    ValueType: valueType as "CUSTOM" | "DEFAULT",
    ...(value && valueType === "CUSTOM" ? { Value: renamed(value, capitalized) as ParameterValue } : {}),
  };
}

function fromAws({ ValueType, Value }: ParameterConfiguration): Parameter {
  return {
    valueType: ValueType ?? "DEFAULT",
    ...(Value && ValueType === "CUSTOM"
      ? { value: renamed(Value, uncapitalized) as NonNullable<Parameter["value"]> }
      : {}),
  };
}

async function put(place: Place, id: string, parameters: Record<string, ParameterConfiguration>, reason?: string) {
  const hub = await place.client(securityHubClient);
  await hub.updateSecurityControl({ SecurityControlId: id, Parameters: parameters, LastUpdateReason: reason });
}

async function controlOf(place: Place, id: string) {
  const hub = await place.client(securityHubClient);
  const found = await unless(hub.batchGetSecurityControls({ SecurityControlIds: [id] }), ...absent);
  return found?.SecurityControls?.[0];
}

/** An update of a control takes effect after a while; `UpdateStatus` tells. */
async function settled(place: Place, id: string): Promise<void> {
  await waitFor({ within: 60_000, signal: place.cancelled }, async () => {
    const control = await controlOf(place, id);
    return control === undefined || control.UpdateStatus === "READY" ? true : undefined;
  });
}

const mapParameters = <A, B>(parameters: Readonly<Record<string, A>>, change: (parameter: A) => B) =>
  Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, change(parameter)]));

/** The real provider goes through Cloud Control; here its calls to Security Hub are made directly. */
const securityControl = resource({
  title: "AWS::SecurityHub::SecurityControl",
  properties,
  label: (inputs) => inputs.securityControlId ?? inputs.securityControlArn,
  async create(place, inputs, made) {
    const id = inputs.securityControlId ?? inputs.securityControlArn?.split("/").at(-1) ?? "";
    await put(place, id, mapParameters(inputs.parameters, toAws), inputs.lastUpdateReason);
    made(id);
    await settled(place, id);
    return id;
  },
  async read(place, id, prior) {
    const control = await controlOf(place, id);
    if (!control) return undefined;
    // A control has all its parameters; those that nobody has set are not this resource's.
    const mine = Object.entries(control.Parameters ?? {}).filter(
      ([name, { ValueType }]) => ValueType === "CUSTOM" || prior.parameters?.[name] !== undefined,
    );
    return {
      securityControlId: control.SecurityControlId,
      securityControlArn: control.SecurityControlArn,
      lastUpdateReason: control.LastUpdateReason,
      parameters: mapParameters(Object.fromEntries(mine), fromAws),
    };
  },
  async update(place, id, inputs, _changed, prior) {
    const dropped = Object.keys(prior.parameters ?? {}).filter((name) => !(name in inputs.parameters));
    const defaults = Object.fromEntries(dropped.map((name) => [name, { ValueType: "DEFAULT" as const }]));
    const wanted = { ...defaults, ...mapParameters(inputs.parameters, toAws) };
    await put(place, id, wanted, inputs.lastUpdateReason);
    await settled(place, id);
  },
  /** A control stays; its parameters go back to AWS's values. */
  async delete(place, id, state) {
    const defaults = mapParameters(state.parameters ?? {}, () => ({ ValueType: "DEFAULT" as const }));
    await unless(put(place, id, defaults), ...absent);
  },
});

export const securityHub: ResourceTypes = {
  "aws-native:securityhub:PolicyAssociation": policyAssociation,
  "aws-native:securityhub:SecurityControl": securityControl,
};
