import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Case } from "./cases.ts";
import type { Organization } from "./organization.ts";

interface State {
  readonly checkpoint: {
    readonly latest: {
      readonly resources?: readonly {
        readonly urn: string;
        readonly type: string;
        readonly inputs?: Readonly<Record<string, unknown>>;
      }[];
    };
  };
}

/** What a side has deployed, in a form that can be compared: types and names, and what the cases differ in. */
async function deployedBy({ data, accountIds }: Organization): Promise<readonly (readonly string[])[]> {
  return Promise.all(
    accountIds.map(async (accountId) => {
      const file = join(data, "state/.pulumi/stacks/bulwark", `account-${accountId}.json`);
      const { checkpoint } = JSON.parse(await readFile(file, "utf8")) as State;
      return (checkpoint.latest.resources ?? [])
        .map(({ urn, type, inputs }) => {
          const length = inputs?.minimumPasswordLength;
          const name = urn
            .split("::")
            .at(-1)
            ?.replaceAll(accountId, "<account>")
            .replace(/vpc-[0-9a-f]+/, "<vpc>");
          return `${type} ${name}${length === undefined ? "" : ` of ${String(length)}`}`;
        })
        .sort();
    }),
  );
}

/**
 * Proves that all sides have deployed the same resources, and answers how many of AWS each stack has.
 *
 * @throws Error that names a resource that one side has and another has not
 */
export async function requireEqual(organizations: readonly Organization[], of: Case): Promise<number> {
  const stacks = (await Promise.all(organizations.map(deployedBy))).flat();
  const [first = []] = stacks;
  for (const other of stacks) {
    const different = [
      ...first.filter((resource) => !other.includes(resource)),
      ...other.filter((resource) => !first.includes(resource)),
    ];
    if (different.length > 0) throw new Error(`after ${of}, the sides have not deployed the same: ${different[0]}`);
  }
  return first.filter((resource) => resource.startsWith("aws")).length;
}
