import { Output, Resource, runtime } from "@pulumi/pulumi";

// Pulumi masks a secret where it shows properties. It doesn't where a provider repeats one in an error, or a program in an
// exception: those texts come as they are. So the run learns the secrets of its own program, to take them out of every text.

/** The members of an `Output` that the SDK's declarations keep to themselves. */
interface Known {
  readonly isSecret: Promise<boolean>;
  promise(withUnknowns: boolean): Promise<unknown>;
}

/** Adds to `secrets` every secret string that the running program gives to a resource. Call it in the program, first. */
export function learnSecrets(secrets: Set<string>): void {
  runtime.registerStackTransformation(({ props }) => {
    learnFrom(props, secrets);
    return undefined;
  });
}

/** Adds to `secrets` the secret strings in a value, as soon as they are known. Never throws. */
export function learnFrom(value: unknown, secrets: Set<string>, seen = new Set<unknown>()): void {
  if (typeof value !== "object" || value === null || seen.has(value) || Resource.isInstance(value)) return;
  seen.add(value);
  const later = (found: Promise<unknown>): void => void found.catch(() => undefined);
  if (Output.isInstance(value)) {
    const output = value as unknown as Known;
    const settled = Promise.all([output.isSecret, output.promise(true)]);
    later(settled.then(([secret, plain]) => (secret ? addStrings(plain, secrets) : undefined)));
  } else if (value instanceof Promise) {
    later(value.then((settled) => learnFrom(settled, secrets, seen)));
  } else {
    for (const entry of Object.values(value)) learnFrom(entry, secrets, seen);
  }
}

function addStrings(value: unknown, secrets: Set<string>): void {
  if (typeof value === "string") secrets.add(value);
  else if (typeof value === "object" && value !== null) {
    for (const entry of Object.values(value)) addStrings(entry, secrets);
  }
}
