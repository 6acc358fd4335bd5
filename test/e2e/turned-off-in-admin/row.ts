import type { RootAccess } from "../../../sandbox/organization/root-access.ts";

export const HOME = "us-east-1";
export const OTHER = "us-west-2";

/** The accounts of the admin stack, each as its own administrator has it. */
export interface AdminAccounts {
  readonly management: (region: string) => RootAccess;
  readonly security: (region: string) => RootAccess;
  readonly logArchive: (region: string) => RootAccess;
}

/** How a resource of the admin stack is turned off by hand, and where that is to be seen. */
export interface TurnedOffInAdmin {
  readonly type: string;
  /** The resource that a drift check names. */
  readonly drifts: string;
  readonly turnOff: (accounts: AdminAccounts) => Promise<unknown>;
  /** What an independent client reads of it, without what AWS names anew each time. */
  readonly read: (accounts: AdminAccounts) => Promise<unknown>;
}

/** The answer, or the name of the error by which AWS says that there is none. */
export async function orNone<Answer>(asked: Promise<Answer>): Promise<Answer | string> {
  return asked.catch((error: unknown) => {
    if (error instanceof Error && /NotFound|NoSuch|NotExist|does not exist/i.test(`${error.name} ${error.message}`))
      return error.name;
    throw error;
  });
}
