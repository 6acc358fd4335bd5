import {
  LocalWorkspace,
  type PulumiCommand,
  type PulumiFn,
  Stack,
  StackAlreadyExistsError,
} from "@pulumi/pulumi/automation/index.js";
import { StackRunError } from "../errors.ts";
import type { StackSecrets } from "../messages.ts";
import { secretsOf } from "../project.ts";
import type { Verb } from "../run.ts";
import { type EngineCommand, exportState } from "./command.ts";
import { type RunFolder, type ToChildRun, writeStackSettings } from "./workspace.ts";

export interface OpenStack {
  readonly stack: Stack;
  readonly secrets: StackSecrets;
  readonly created: boolean;
}

export interface Opening {
  readonly run: ToChildRun;
  readonly command: PulumiCommand & EngineCommand;
  readonly folder: RunFolder;
  readonly program: PulumiFn;
  /** How the stack's secrets are encrypted, where that is known: then the stack is not looked up. */
  readonly secrets: StackSecrets | undefined;
}

/**
 * Opens the stack, and creates it where the verb may. Undefined when a stack that is to be destroyed or recovered does not exist. The
 * stack's salt or data key is always put back where the engine looks for it: it would make a new one otherwise.
 */
export async function openStack(opening: Opening): Promise<OpenStack | undefined> {
  const { run, command, folder, program, secrets: known } = opening;
  const { stack: name, verb } = run.request;
  const { workDir, environment } = folder;
  const creates = verb === "up" || verb === "preview";
  const workspace = await LocalWorkspace.create({
    workDir,
    program,
    pulumiCommand: command,
    envVars: { ...environment },
    secretsProvider: run.engine.secretsProvider,
  });
  if (known === undefined && creates) {
    // Most stacks of which nothing is remembered are new: to look first would be a third of a second for each of them.
    const created = await createStack(opening, workspace);
    if (created !== undefined) return created;
  }
  const { requireEmpty = false } = run.request;
  const looks = known === undefined || requireEmpty;
  const state = looks ? await exportState(command, name, workDir, environment) : undefined;
  if (requireEmpty && holdsResources(state)) throw notEmpty(name, verb);
  if (known === undefined && state === undefined) {
    if (verb === "destroy" || verb === "recover") return undefined;
    throw new Error(`error: no stack named '${name}' found`);
  }
  const secrets = known ?? secretsOf(state) ?? {};
  await writeStackSettings(workDir, run, secrets);
  return { stack: await Stack.select(name, workspace), secrets, created: false };
}

/** Whether a state holds more than what stands for the stack and its providers, which AWS knows nothing of. */
function holdsResources(state: unknown): boolean {
  const { deployment } = (state ?? {}) as { deployment?: { resources?: readonly { readonly type: string }[] } };
  return (deployment?.resources ?? []).some(({ type }) => !type.startsWith("pulumi:"));
}

function notEmpty(stack: string, verb: Verb): StackRunError {
  return new StackRunError({
    code: "stack_not_empty",
    retryable: true,
    message: `running ${verb} on stack ${stack}: it holds resources, and this was to be its first deployment`,
    remedy: "Deploy it with a preview before.",
  });
}

/** Undefined where the stack is there already; nothing about it has changed then. */
async function createStack({ run, folder }: Opening, workspace: LocalWorkspace): Promise<OpenStack | undefined> {
  const { stack: name } = run.request;
  await writeStackSettings(folder.workDir, run);
  const stack = await Stack.create(name, workspace).catch((error: unknown) => {
    if (error instanceof StackAlreadyExistsError) return undefined;
    throw error;
  });
  if (stack === undefined) return undefined;
  const { encryptionSalt, secretsProvider, encryptedKey } = await workspace.stackSettings(name);
  const secrets: StackSecrets = {
    ...(encryptionSalt ? { encryptionsalt: encryptionSalt } : {}),
    ...(secretsProvider && encryptedKey ? { secretsprovider: secretsProvider, encryptedkey: encryptedKey } : {}),
  };
  return { stack, secrets, created: true };
}

/** A preview has to create a stack that is not there yet; it must not stay. */
export function isTrace({ created }: OpenStack, verb: Verb): boolean {
  return created && verb === "preview";
}

export function removeStack({ stack }: OpenStack): Promise<void> {
  return stack.workspace.removeStack(stack.name, { preserveConfig: true });
}
