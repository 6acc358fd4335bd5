import type { RootAccess } from "../../sandbox/organization/root-access.ts";
import type { WholeState } from "./whole-state.ts";

/** The region in which the details of what stays are changed, and the one in which what holds them goes. */
export const DETAILS = "us-east-1";
export const WHOLE = "us-west-2";

/** A member account, as its own administrator and that of its security services have it. */
export interface Member {
  readonly accountId: string;
  /** Its network in `WHOLE`. */
  readonly vpc: string;
  readonly own: (region: string) => RootAccess;
  readonly security: (region: string) => RootAccess;
}

/** How a resource of a baseline is turned off by hand, and where that is to be seen. */
export interface TurnedOff {
  readonly type: string;
  /** The resource that a drift check names. */
  readonly drifts: (vpc: string) => string;
  /** Whose call does it. AWS lets no member change what its administrator has decided. */
  readonly by: "member" | "security";
  /** Whether service control policies of the guardrails keep a member from it; the sandbox's EC2 does not know declarative ones. */
  readonly forbidden: boolean;
  readonly turnOff: (member: Member) => Promise<unknown>;
  /** AWS itself has it so in an account that nobody has touched. */
  readonly byDefault?: true;
  /** What of the account's state shows it. */
  readonly shownBy: (state: WholeState) => unknown;
}
