import type { Failure } from "./check.ts";
import { type Difference, differences } from "./diff.ts";
import type { Fields, Values } from "./property.ts";

/** A role that the provider assumes, as `assumeRoles` of aws and `assumeRole` of aws-native give it. */
export interface RoleToAssume {
  readonly roleArn: string;
  readonly sessionName?: string;
  readonly sourceIdentity?: string;
  readonly externalId?: string;
  readonly policy?: string;
  /** Seconds. */
  readonly durationSeconds?: number;
}

export interface Configuration {
  readonly region: string | undefined;
  readonly profile: string | undefined;
  readonly staticKeys:
    | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }
    | undefined;
  readonly assumeRoles: readonly RoleToAssume[];
  readonly configFile: string | undefined;
  readonly credentialsFile: string | undefined;
  readonly allowedAccountIds: readonly string[];
  readonly forbiddenAccountIds: readonly string[];
  readonly defaultTags: Readonly<Record<string, string>>;
  readonly skipCredentialsValidation: boolean;
  /** Attempts that a call is made in all; the real provider has 25 where nothing is set. */
  readonly maxAttempts: number;
}

/** Enough for the throttling of a sandbox, and gives up within a minute. */
const maxAttempts = 8;

/** What a provider's configuration may hold: names with their rules, and names that are taken and have no effect here. */
export interface ConfigurationShape {
  readonly fields: Fields;
  readonly ignored: readonly string[];
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/**
 * Reads the configuration as the engine sends it: what is not a string has been made one by the SDK, as JSON
 * (`assumeRoles`, `defaultTags`, `"true"`).
 */
export function readConfiguration(given: Values): Configuration {
  const parsed = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, fromJson(value)])) as {
    readonly [name: string]: Json | undefined;
  };
  const text = (name: string) => (typeof parsed[name] === "string" && parsed[name] !== "" ? parsed[name] : undefined);
  const texts = (name: string): string[] => (Array.isArray(parsed[name]) ? parsed[name].map(String) : []);
  const accessKeyId = text("accessKey");
  const sessionToken = text("token");
  const roles = parsed.assumeRoles ?? (parsed.assumeRole ? [parsed.assumeRole] : []);
  const tags = (parsed.defaultTags as { tags?: Record<string, string> } | undefined)?.tags;
  return {
    region: text("region"),
    profile: text("profile"),
    staticKeys: accessKeyId
      ? { accessKeyId, secretAccessKey: text("secretKey") ?? "", ...(sessionToken ? { sessionToken } : {}) }
      : undefined,
    assumeRoles: (Array.isArray(roles) ? roles : []).map(asRole),
    configFile: texts("sharedConfigFiles")[0],
    credentialsFile: texts("sharedCredentialsFiles")[0] ?? text("sharedCredentialsFile"),
    allowedAccountIds: texts("allowedAccountIds"),
    forbiddenAccountIds: texts("forbiddenAccountIds"),
    defaultTags: tags && !Array.isArray(tags) ? tags : {},
    skipCredentialsValidation: parsed.skipCredentialsValidation === true,
    maxAttempts: Number(parsed.maxRetries ?? maxAttempts),
  };
}

function fromJson(value: Values[string]): unknown {
  if (typeof value !== "string" || !/^(\[|\{|true$|false$)/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function asRole(given: Json): RoleToAssume {
  const role = given as Record<string, string | undefined>;
  const seconds = role.durationSeconds ?? role.duration;
  return {
    roleArn: role.roleArn ?? "",
    ...(role.sessionName ? { sessionName: role.sessionName } : {}),
    ...(role.sourceIdentity ? { sourceIdentity: role.sourceIdentity } : {}),
    ...(role.externalId ? { externalId: role.externalId } : {}),
    ...(role.policy ? { policy: role.policy } : {}),
    ...(seconds ? { durationSeconds: secondsOf(String(seconds)) } : {}),
  };
}

/** `900`, `900s`, `15m`, `1h`. */
function secondsOf(duration: string): number {
  const unit = { s: 1, m: 60, h: 3600 }[duration.slice(-1)] ?? 1;
  return Number.parseFloat(duration) * unit;
}

/** Names what the provider does not know, so that a setting is never silently without effect. */
export function checkConfiguration(shape: ConfigurationShape, given: Values): Failure[] {
  const known = new Set([...Object.keys(shape.fields), ...shape.ignored, "version"]);
  return Object.keys(given)
    .filter((name) => !known.has(name) && given[name] !== undefined && given[name] !== null)
    .map((name) => ({ property: name, reason: "the sandbox's provider plugin does not know this setting" }));
}

/** Which settings differ, and whether a change of them replaces the provider and with it all its resources. */
export function configurationDifferences(shape: ConfigurationShape, olds: Values, news: Values): Difference[] {
  return differences(shape.fields, olds, news);
}
