import { membersOf } from "./hierarchy.ts";
import type { Organization } from "./organization.ts";
import { FULL_ACCESS, levelsOf, type Policy } from "./policies.ts";

/** What the organization's policies leave an account, for the IAM: by level, each of which must allow and none may deny. */
export interface AccountControls {
  /** Ids of service control policies, which bind the account's principals. */
  readonly service: readonly (readonly string[])[];
  /** Ids of resource control policies, which bind whoever comes to the account's resources. */
  readonly resource: readonly (readonly string[])[];
}

export interface Controls {
  /** Policy documents by id. */
  readonly documents: Readonly<Record<string, string>>;
  /** By account id. The management account is bound by none. */
  readonly accounts: Readonly<Record<string, AccountControls>>;
}

/** The service and resource control policies as they are in force now. */
export function controlsOf(organization: Organization): Controls {
  const { enabled, own, attachments } = organization.policies;
  const documents = Object.fromEntries(
    [...Object.values(FULL_ACCESS), ...own.values()]
      .filter(({ id, awsManaged }) => awsManaged || (attachments.get(id)?.size ?? 0) > 0)
      .map(({ id, content }) => [id, content]),
  );
  const accounts = membersOf(organization)
    .filter(({ id }) => id !== organization.managementAccountId)
    .map((account) => {
      const levels = (type: "SERVICE_CONTROL_POLICY" | "RESOURCE_CONTROL_POLICY") =>
        enabled.has(type) ? levelsOf(organization, account, type).filter(restricts).map(idsOf) : [];
      const controls = { service: levels("SERVICE_CONTROL_POLICY"), resource: levels("RESOURCE_CONTROL_POLICY") };
      return [account.id, controls] as const;
    })
    .filter(([, { service, resource }]) => service.length + resource.length > 0);
  return { documents, accounts: Object.fromEntries(accounts) };
}

/** A level with nothing but AWS's own policy allows everything and needs no asking. */
function restricts(level: readonly Policy[]): boolean {
  return !(level.length === 1 && level[0]?.awsManaged);
}

function idsOf(level: readonly Policy[]): string[] {
  return level.map(({ id }) => id);
}
