import type { AwsCredentialIdentityProvider } from "@aws-sdk/types";
import { type Checked, check, type Failure, isGeneratedName } from "./check.ts";
import {
  type Configuration,
  type ConfigurationShape,
  checkConfiguration,
  configurationDifferences,
  readConfiguration,
} from "./configuration.ts";
import { credentialsFor } from "./credentials.ts";
import { changedProperties, type Difference, differences } from "./diff.ts";
import { during } from "./errors.ts";
import { callerIdentity } from "./identity.ts";
import { inputsFrom, stateFrom } from "./live.ts";
import { type Place, places } from "./place.ts";
import type { Fields, Values } from "./property.ts";
import type { AnyResource } from "./resource.ts";
import { tagsFrom, withTagsAll } from "./tags.ts";
import { unknown } from "./unknown.ts";
import { waitFor } from "./waiting.ts";

/** What differs between the plugins `aws` and `aws-native`. */
export interface Plugin {
  readonly name: string;
  readonly version: string;
  readonly configuration: ConfigurationShape;
  /** Whether resources have an input `region` of their own that the provider's fills in. */
  readonly regionPerResource: boolean;
  /** The resource type of a token; undefined when the plugin does not have it. */
  find(token: string): AnyResource | undefined;
  /** What a function of the package returns, e.g. `aws:index/getCallerIdentity:getCallerIdentity`. */
  invoke(token: string, place: Place, args: Values): Promise<Values> | undefined;
}

/** The part of `process.env` that a plugin looks at. */
export interface Environment {
  /** `AWS_ENDPOINT_URL`: where all of AWS is. */
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly profile: string | undefined;
}

/** One resource as the engine names it. */
export interface Target {
  readonly type: string;
  readonly name: string;
}

export interface Existing extends Target {
  readonly id: string;
}

/** The resource was made, but what had to follow failed: the engine keeps it in the state with this error. */
export class UnfinishedError extends Error {
  readonly id: string;
  readonly state: Values;

  constructor(id: string, state: Values, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = "UnfinishedError";
    this.id = id;
    this.state = state;
  }
}

/** A configured provider: the calls of Pulumi's resource provider protocol, in its own terms. */
export class Provider {
  readonly #plugin: Plugin;
  readonly #environment: Environment;
  readonly #cancel = new AbortController();
  #configuration: Configuration = readConfiguration({});
  #place: ((region: string) => Place) | undefined;
  #region = "";

  constructor(plugin: Plugin, environment: Environment) {
    this.#plugin = plugin;
    this.#environment = environment;
  }

  checkConfig(news: Values): Failure[] {
    return checkConfiguration(this.#plugin.configuration, news);
  }

  diffConfig(olds: Values, news: Values): Difference[] {
    return configurationDifferences(this.#plugin.configuration, olds, news);
  }

  /** Takes the configuration and asks AWS who it makes us, so that wrong credentials fail before anything is done. */
  async configure(given: Values): Promise<void> {
    const configuration = readConfiguration(given);
    const region = configuration.region ?? this.#environment.region;
    if (!region) throw new Error("configuring the provider: no region: set aws:region or AWS_REGION");
    const withProfile = { ...configuration, profile: configuration.profile ?? this.#environment.profile };
    const credentials: AwsCredentialIdentityProvider = await credentialsFor(withProfile, region);
    const { endpoint } = this.#environment;
    const client = { credentials, maxAttempts: configuration.maxAttempts, ...(endpoint ? { endpoint } : {}) };
    const identity = await callerIdentity(region, client);
    const { allowedAccountIds, forbiddenAccountIds } = configuration;
    const refused = allowedAccountIds.length > 0 && !allowedAccountIds.includes(identity.accountId);
    if (refused || forbiddenAccountIds.includes(identity.accountId)) {
      throw new Error(`AWS account ID not allowed: ${identity.accountId}`);
    }
    this.#configuration = configuration;
    this.#region = region;
    this.#place = places({ ...client, ...identity, cancelled: this.#cancel.signal });
  }

  async check(target: Target, olds: Values, news: Values, seed: Uint8Array): Promise<Checked> {
    const resource = this.#resource(target.type);
    const fields = this.#fields(resource);
    const fallbacks = "region" in fields ? { region: this.#region } : {};
    const given = withTagsAll(fields, news, this.#configuration.defaultTags);
    return check({ ...target, fields, olds, news: given, seed, fallbacks });
  }

  async diff(target: Existing, state: Values, inputs: Values, ignored: readonly string[]) {
    const resource = this.#resource(target.type);
    const fields = this.#fields(resource);
    const found = differences(fields, state, inputs, ignored).map((difference) =>
      resource.update ? difference : { ...difference, replaces: true },
    );
    const replaces = found.some((difference) => difference.replaces);
    const keepsName = Object.entries(fields).some(
      ([name, { naming }]) =>
        naming &&
        inputs[name] !== undefined &&
        inputs[name] === state[name] &&
        !isGeneratedName(target.name, inputs[name]),
    );
    return { found, deleteBeforeReplace: replaces && (resource.deleteBeforeReplace === true || keepsName) };
  }

  /** The state that a create or an update would have: outputs that only AWS knows are unknown. */
  async planned(target: Target, inputs: Values, prior: Values = {}): Promise<Values> {
    const fields = this.#fields(this.#resource(target.type));
    const computed = Object.entries(fields)
      .filter(([name, property]) => inputs[name] === undefined && (property.output || property.computed))
      .map(([name]) => [name, prior[name] ?? unknown]);
    return { ...Object.fromEntries(computed), ...inputs };
  }

  async create(target: Target, inputs: Values): Promise<{ id: string; state: Values }> {
    const resource = this.#resource(target.type);
    const place = this.#placeOf(inputs.region);
    let made: string | undefined;
    try {
      const id = await during(activity("creating", resource, resource.label?.(inputs)), () =>
        resource.create(place, inputs, (name) => {
          made = name;
        }),
      );
      made = id;
      return { id, state: await this.#stateOnceThere(resource, place, id, inputs) };
    } catch (error) {
      if (made === undefined) throw error;
      throw new UnfinishedError(made, inputs, error);
    }
  }

  /**
   * Undefined when the resource is gone. Without a state it is an import, whatever inputs come along, as the real provider's bridge has
   * it (pulumi-terraform-bridge, Provider.Read): the id may end in `@region`. Without inputs alone it is a look at a resource of
   * someone else, where the state holds what the program knows of it.
   */
  async read(target: Existing, known: Values, inputs?: Values) {
    const resource = this.#resource(target.type);
    const fields = this.#fields(resource);
    const { id, region } = this.#idAndRegion(resource, target.id, known.region);
    const place = this.#placeOf(region);
    const isImport = Object.keys(known).length === 0;
    const prior = inputs && !isImport ? { inputs, state: known } : undefined;
    const before = prior?.state ?? {};
    const live = await during(activity("reading", resource, id), () => resource.read(place, id, before));
    if (live === undefined) return undefined;
    const complete = this.#complete(resource, place, live, before);
    const state = stateFrom(fields, { ...prior?.inputs, ...before }, complete);
    const named = typeof live.id === "string" ? live.id : id;
    return { id: named, state: { ...state, id: named }, inputs: inputsFrom(fields, prior, complete) };
  }

  async update(target: Existing, state: Values, inputs: Values, ignored: readonly string[]): Promise<Values> {
    const resource = this.#resource(target.type);
    const place = this.#placeOf(inputs.region ?? state.region);
    const fields = this.#fields(resource);
    const changed = changedProperties(differences(fields, state, inputs, ignored));
    const left = Object.keys(fields).filter((name) => inputs[name] === undefined && fields[name]?.computed);
    const wanted = { ...Object.fromEntries(left.map((name) => [name, state[name]])), ...inputs };
    await during(activity("updating", resource, target.id), async () =>
      resource.update?.(place, target.id, wanted, changed, state),
    );
    return this.#stateOnceThere(resource, place, target.id, inputs, state);
  }

  async delete(target: Existing, state: Values): Promise<void> {
    const resource = this.#resource(target.type);
    const place = this.#placeOf(state.region);
    await during(activity("deleting", resource, target.id), () => resource.delete(place, target.id, state));
  }

  async invoke(token: string, args: Values): Promise<Values> {
    const region = typeof args.region === "string" ? args.region : undefined;
    const result = this.#plugin.invoke(token, this.#placeOf(region), args);
    if (result === undefined) throw new Error(`the sandbox's provider plugin does not have the function ${token}`);
    return result;
  }

  /** Ends waiting; what has been asked of AWS is left to finish. */
  cancel(): void {
    this.#cancel.abort();
  }

  #resource(token: string): AnyResource {
    const found = this.#plugin.find(token);
    if (!found) throw new Error(`the sandbox's provider plugin does not have the resource type ${token}`);
    return found;
  }

  #fields(resource: AnyResource): Fields {
    if (resource.global || !this.#plugin.regionPerResource) return resource.properties;
    return { ...resource.properties, region: { kind: "string", computed: true, replaces: true } };
  }

  #placeOf(region: Values[string]): Place {
    if (!this.#place) throw new Error("the provider was used before it was configured");
    return this.#place(typeof region === "string" && region !== "" ? region : this.#region);
  }

  #idAndRegion(resource: AnyResource, id: string, region: Values[string]) {
    const at = /^(.+)@([a-z]{2}(?:-[a-z]+)+-\d)$/.exec(id);
    if (region !== undefined || resource.global || !this.#plugin.regionPerResource || !at) return { id, region };
    return { id: at[1] ?? id, region: at[2] };
  }

  /** AWS may not show at once what was just made: reads until it does, up to 20 s. */
  async #stateOnceThere(resource: AnyResource, place: Place, id: string, inputs: Values, before: Values = {}) {
    const prior = { ...before, ...inputs };
    const live = await during(activity("reading", resource, id), () =>
      waitFor({ within: 20_000, signal: this.#cancel.signal }, () => resource.read(place, id, prior)),
    );
    const fields = this.#fields(resource);
    // What AWS never tells is as it was just set, and gone when it no longer is.
    const readable = Object.entries(before).filter(([name]) => !fields[name]?.unread);
    const complete = this.#complete(resource, place, live, prior);
    return { ...stateFrom(fields, { ...Object.fromEntries(readable), ...inputs }, complete), id };
  }

  #complete(resource: AnyResource, place: Place, live: Values, prior: Values): Values {
    const fields = this.#fields(resource);
    const tags = fields.tagsAll
      ? tagsFrom((live.tagsAll ?? {}) as Record<string, string>, prior, this.#configuration.defaultTags)
      : {};
    return { ...live, ...tags, ...("region" in fields ? { region: place.region } : {}) };
  }
}

function activity(verb: string, resource: AnyResource, label: string | undefined): string {
  return `${verb} ${resource.title}${label ? ` (${label})` : ""}${resource.part ? ` ${resource.part}` : ""}`;
}
