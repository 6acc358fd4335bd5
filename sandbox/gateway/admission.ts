import { createHash } from "node:crypto";
import { grantedPrincipal } from "./denials.ts";
import type { Check, Principal } from "./emulator.ts";
import type { FaultInjector } from "./faults.ts";
import { type Backends, leaving, type Passage } from "./passage.ts";

/** Names the caller, then throws what a fault or the account's regions stand in the way with. */
export async function admit(passage: Passage, backends: Backends, faults: FaultInjector): Promise<void> {
  const { scope, format, operation, model } = passage;
  passage.principal = await backends.identities.of(scope.accessKeyId);
  const accountId = passage.principal?.accountId;
  const declared = model?.service.operations[operation]?.errors?.map(({ shape }) => shape) ?? [];
  await faults.apply({ service: scope.service, operation, accountId, region: scope.region, format, declared });
  if (accountId !== undefined)
    backends.regions.admit({ service: scope.service, accountId, region: scope.region, format });
}

/** Keeps the answer to a call that was done back, where a fault says so. */
export function hold(passage: Passage, faults: FaultInjector): Promise<void> {
  const { scope, operation, principal } = passage;
  const { service, region } = scope;
  const { accountId, sessionName } = principal ?? {};
  return faults.hold({ service, operation, region, accountId, sessionName }, leaving(passage));
}

/** Has the signature verified and the checks decided by the one IAM. Throws what the service answers when refused. */
export async function authorize(passage: Passage, backends: Backends, checks: readonly Check[]): Promise<Principal> {
  const { request, scope } = passage;
  const bodySha256 = createHash("sha256").update(request.body).digest("hex");
  const answer = await backends.launcher.authorize(request, scope.region, bodySha256, checks);
  return grantedPrincipal(answer, passage.format);
}
