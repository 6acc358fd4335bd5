import type { StackSecrets } from "./messages.ts";

/** Name of the one Pulumi project; it is part of every URN and of the state's path. */
export const PROJECT = "bulwark";

/** Key of the stack configuration that holds a stack's inputs, as one JSON document. */
export const INPUTS_KEY = "bulwark:inputs";

/**
 * `Pulumi.<stack>.yaml`, written as JSON, which is YAML. Default providers are off: every resource names the provider of
 * its account, and one that does not is an error instead of a change in the wrong account.
 */
export function stackSettings(inputs: unknown, secrets: StackSecrets = {}): string {
  return `${JSON.stringify(
    { ...secrets, config: { [INPUTS_KEY]: inputs, "pulumi:disable-default-providers": ["*"] } },
    undefined,
    2,
  )}\n`;
}

/** `Pulumi.yaml` of a run's workspace. The backend stands here because its URL may hold a password. */
export function projectSettings(backendUrl: string): string {
  const backend = { url: engineBackendUrl(backendUrl) };
  return `${JSON.stringify({ name: PROJECT, runtime: "nodejs", backend }, undefined, 2)}\n`;
}

/**
 * The backend as the engine is told of it. In folders it would write a sidecar `.attrs` beside every file, truncated first and
 * filled then: killed in between, it can't read its own checkpoint any more ("failed to load checkpoint: EOF").
 */
export function engineBackendUrl(url: string): string {
  if (!url.startsWith("file://") || /[?&]metadata=/.test(url)) return url;
  return `${url}${url.includes("?") ? "&" : "?"}metadata=skip`;
}

/** File of a stack's settings. */
export function stackSettingsFile(stack: string): string {
  return `Pulumi.${stack}.yaml`;
}

interface ExportedState {
  readonly deployment?: {
    readonly secrets_providers?: {
      readonly type?: string;
      readonly state?: { readonly salt?: string; readonly url?: string; readonly encryptedkey?: string };
    };
  };
}

/**
 * How the secrets of an exported stack are encrypted. The state is the only place that always knows it. A stack without
 * resources may not: then undefined, and the engine's own choice at creation stands.
 */
export function secretsOf(exported: unknown): StackSecrets | undefined {
  const { type, state } = (exported as ExportedState).deployment?.secrets_providers ?? {};
  if (type === "passphrase" && state?.salt) return { encryptionsalt: state.salt };
  if (type === "cloud" && state?.url && state.encryptedkey) {
    return { secretsprovider: state.url, encryptedkey: state.encryptedkey };
  }
  return undefined;
}
