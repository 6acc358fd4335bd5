import type { Principal } from "./emulator.ts";
import type { Launcher } from "./launcher.ts";

/** Whose an access key is. An access key never changes its owner, so answers are kept. */
export interface Identities {
  /** The owner of a key, its signature not checked; undefined for an unknown key. */
  of(accessKeyId: string): Promise<Principal | undefined>;
}

const CAPACITY = 10_000;

export function createIdentities(launcher: Launcher): Identities {
  const known = new Map<string, Principal>();
  return {
    async of(accessKeyId) {
      if (/^\d{12}$/.test(accessKeyId)) {
        return { arn: `arn:aws:iam::${accessKeyId}:root`, accountId: accessKeyId, type: "Root" };
      }
      const kept = known.get(accessKeyId);
      if (kept !== undefined) return kept;
      const principal = await launcher.identify(accessKeyId);
      if (principal !== undefined) {
        if (known.size >= CAPACITY) known.clear();
        known.set(accessKeyId, principal);
      }
      return principal;
    },
  };
}
