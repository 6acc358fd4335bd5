import assert from "node:assert/strict";
import fc from "fast-check";
import { adminProgram } from "../../programs/admin/program.ts";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { ADMIN_FEATURES } from "../../programs/catalogue/admin.ts";
import { BASELINE_FEATURES } from "../../programs/catalogue/baseline.ts";
import { EXTENSION_TYPES } from "../../programs/extensions/extensions.ts";
import { GuardSettings } from "../../programs/guard-settings.ts";
import { organizationsRegion, type Partition } from "../../programs/partition.ts";
import type { OrganizationSettings } from "../../programs/settings.ts";
import { checkNames } from "./aws-names.ts";
import { features, organization, type Place, place, REGIONS, SECTIONS, type Section } from "./chosen-settings.ts";
import { declare, type Registered } from "./declared.ts";
import { adminInputs, baselineInputs, MEMBER } from "./samples.ts";

type Kind = "admin" | "baseline";

/** What a stack of an organization declares, in the order of its names. */
async function resourcesOf(kind: Kind, from: OrganizationSettings, more: object = {}): Promise<Registered[]> {
  const { resources } =
    kind === "admin"
      ? await declare(() => adminProgram(adminInputs({ ...more }, from)), "admin")
      : await declare(() => baselineProgram(baselineInputs({ ...more }, from)), `account-${MEMBER}`);
  return [...resources].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}

const keyOf = ({ type, name }: Registered) => `${type} ${name}`;
const isProvider = ({ type }: Registered) => type.startsWith("pulumi:providers:");

/** What is different: gone, new, or with other inputs, options or dependencies. */
function differences(before: readonly Registered[], after: readonly Registered[]): Registered[] {
  const text = (resources: readonly Registered[]) => new Map(resources.map((one) => [keyOf(one), JSON.stringify(one)]));
  const [was, is] = [text(before), text(after)];
  return [
    ...before.filter((one) => !is.has(keyOf(one))),
    ...after.filter((one) => was.get(keyOf(one)) !== is.get(keyOf(one))),
  ];
}

/** Each run declares several whole stacks, and shrinking would declare hundreds. */
const FEW = { numRuns: 4, endOnFailure: true } as const;

const stackOf = fc.constantFrom<Kind>("admin", "baseline");
const anywhere = place.chain((at) => fc.record({ at: fc.constant(at), chosen: features(at) }));

describe("whatever an organization chooses, a stack", () => {
  it("is well formed: providers, regions, names, dependencies, and the ARNs of its partition", async () => {
    await fc.assert(
      fc.asyncProperty(anywhere, async ({ at, chosen }) => {
        for (const kind of ["admin", "baseline"] as const) {
          const resources = await resourcesOf(kind, organization(at, chosen));
          assert.equal(new Set(resources.map(keyOf)).size, resources.length, "two of one type and name");
          const names = new Set(resources.map(({ name }) => name));
          for (const resource of resources) {
            wellFormed(resource, at, names);
            checkNames(resource);
          }
        }
      }),
      { ...FEW, numRuns: 6 },
    );
  });

  for (const [partition, regions] of Object.entries(REGIONS) as [Partition, string[]][]) {
    it(`is well formed in ${partition} in central mode, too`, async () => {
      const at = { partition, regions: regions.slice(0, 2), homeRegion: regions[0] ?? "" };
      const policies = [{ name: "all", targets: [MEMBER], disabledControls: ["IAM.6"] }];
      const from = organization(at, { securityHub: { mode: "central", central: { policies } } });
      const held = { regions: at.regions, standards: from.standards, controls: [] };
      const governing = { policyId: "policy-1", enabled: true, standards: from.standards, held };
      for (const [kind, more] of [["admin", {}] as const, ["baseline", { governing }] as const]) {
        const resources = await resourcesOf(kind, from, more);
        const names = new Set(resources.map(({ name }) => name));
        for (const resource of resources) wellFormed(resource, at, names);
      }
    });
  }

  it("is the same when it is declared again, from inputs that went through the database", async () => {
    await fc.assert(
      fc.asyncProperty(stackOf, anywhere, async (kind, { at, chosen }) => {
        const from = organization(at, chosen);
        const again = JSON.parse(JSON.stringify(from)) as OrganizationSettings;
        // Not as objects: the archives of functions hold promises, which equal nothing but themselves.
        assert.deepEqual(differences(await resourcesOf(kind, again), await resourcesOf(kind, from)), []);
      }),
      FEW,
    );
  });

  it("changes with a section of the features only in what the catalogue says that it is made of", async () => {
    const change = anywhere.chain(({ at, chosen }) =>
      fc.record({ at: fc.constant(at), chosen: fc.constant(chosen), other: features(at) }),
    );
    await fc.assert(
      fc.asyncProperty(change, async ({ at, chosen, other }) => {
        for (const kind of ["admin", "baseline"] as const) {
          const before = await resourcesOf(kind, organization(at, chosen));
          const wrong = async (changed: readonly Section[], types: ReadonlySet<string>) => {
            const theirs = Object.fromEntries(changed.map((section) => [section, other[section]]));
            const after = await resourcesOf(kind, organization(at, { ...chosen, ...theirs }));
            return differences(before, after).filter((one) => !isProvider(one) && !types.has(one.type));
          };
          const own = SECTIONS.filter((section) => typesOf(kind, section).size > 0);
          const foreign = SECTIONS.filter((section) => !own.includes(section));
          assert.deepEqual((await wrong(foreign, new Set())).map(keyOf), [], `${foreign.join()} in the ${kind} stack`);
          for (const section of own) {
            const others = (await wrong([section], typesOf(kind, section))).map(keyOf);
            assert.deepEqual(others, [], `features.${section} in the ${kind} stack`);
          }
        }
      }),
      { ...FEW, numRuns: 1 },
    );
  });

  it("holds nothing of a section that is off, whatever else the section says", async () => {
    await fc.assert(
      fc.asyncProperty(anywhere, async ({ at, chosen }) => {
        const off = Object.fromEntries(SECTIONS.filter(canBeOff).map((section) => [section, { enabled: false }]));
        const said: Record<string, object> = Object.fromEntries(
          Object.keys(off).map((section) => [section, { ...chosen[section as Section], enabled: false }]),
        );
        // What takes something away is refused where the section that it needs is off.
        said.rootAccess = { ...said.rootAccess, removeCredentials: false };
        for (const kind of ["admin", "baseline"] as const) {
          const bare = await resourcesOf(kind, organization(at, { ...chosen, ...off }));
          assert.deepEqual(differences(bare, await resourcesOf(kind, organization(at, { ...chosen, ...said }))), []);
          for (const section of Object.keys(off) as Section[]) {
            const own = ownTypesOf(kind, section);
            assert.deepEqual(bare.filter(({ type }) => own.has(type)).map(keyOf), [], section);
          }
        }
      }),
      { ...FEW, numRuns: 2 },
    );
  });
});

describe("another region", () => {
  /** What names all regions, or comes after the same of the region before. */
  const OF_ALL_REGIONS: Readonly<Record<Kind, readonly RegExp[]>> = {
    admin: [
      /^finding-aggregator-/,
      /^guardrail-regions$/,
      // Delegations, one region after another.
      /^(hub|detector|inspector)-administrator-/,
      // Keys and buckets name the services or trails of each region.
      /^(findings|guardduty)-(key|bucket-policy)/,
      /^alert-/,
    ],
    baseline: [/^remediation-role-/],
  };

  for (const kind of ["admin", "baseline"] as const) {
    it(`adds its own resources to the ${kind} stack, and changes none of the others`, async () => {
      const grown = anywhere.filter(({ at }) => at.regions.length > 1);
      await fc.assert(
        fc.asyncProperty(grown, async ({ at, chosen }) => {
          const added = at.regions.find((region) => region !== at.homeRegion) ?? "";
          const fewer = { ...at, regions: at.regions.filter((region) => region !== added) };
          const before = await resourcesOf(kind, organization(fewer, chosen));
          const after = await resourcesOf(kind, organization(at, chosen));
          const known = new Set(before.map(keyOf));
          for (const one of differences(before, after)) {
            if (!known.has(keyOf(one))) assert.ok(one.name.endsWith(`-${added}`), `${one.name} is new with ${added}`);
            else {
              const expected = OF_ALL_REGIONS[kind].some((pattern) => pattern.test(one.name));
              assert.ok(expected, `${one.name} changes with ${added}`);
            }
          }
          const there = new Set(after.map(keyOf));
          assert.deepEqual(
            before.filter((one) => !there.has(keyOf(one))),
            [],
          );
        }),
        FEW,
      );
    });
  }
});

describe("another input", () => {
  const at: Place = { partition: "aws", regions: ["us-east-1", "us-west-2"], homeRegion: "us-east-1" };
  const from = organization(at, {});
  const changed = async (kind: Kind, more: object, to = from) =>
    differences(await resourcesOf(kind, from), await resourcesOf(kind, to, more));

  it("changes nothing but what the response is told, where it only describes the account: owner, environment, name", async () => {
    assert.deepEqual(await changed("baseline", { accountName: "another" }), []);
    const described = { owner: "payments", environment: "prod" };
    const [told, ...others] = await changed("baseline", described);
    assert.deepEqual([told?.name, others], ["remediation-modes-us-east-1", []]);
    assert.deepEqual(JSON.parse(String(told?.inputs.insecureValue)), { ...described, remediations: {} });
  });

  it("changes only memberships, and not in place: the address", async () => {
    const found = await changed("baseline", { email: "other@example.org" });
    assert.deepEqual(
      new Set(found.map(({ type }) => type)),
      new Set(["aws:securityhub/member:Member", "aws:guardduty/member:Member"]),
    );
    for (const { name, ignoreChanges } of found) assert.ok(ignoreChanges.includes("email"), name);
  });

  it("changes only standards: the standards, and what waits for them", async () => {
    const to = organization(at, {}, { standards: ["fsbp-1.0.0", "pci-dss-4.0.1"] });
    for (const kind of ["admin", "baseline"] as const) {
      const all = await changed(kind, {}, to);
      const standards = all.filter(({ name }) => name.startsWith("standard-"));
      assert.deepEqual(
        new Set(standards.map(({ name }) => name.replace(/-us-\w+-\d$/, ""))),
        new Set(["standard-cis-5.0.0", "standard-pci-dss-4.0.1"]),
      );
      const before = new Map((await resourcesOf(kind, from)).map((one) => [keyOf(one), one.inputs]));
      for (const one of all.filter((other) => !standards.includes(other)))
        assert.deepEqual(one.inputs, before.get(keyOf(one)), one.name);
    }
  });

  it("changes only its own resources: an extension, the password policy, a control's parameters, the environments", async () => {
    // What the other types of extensions change is in their own test.
    const extensions = [EXTENSION_TYPES.configRule.example, EXTENSION_TYPES.conformancePack.example];
    const only = async (kind: Kind, more: object, pattern: RegExp) => {
      const found = await changed(kind, more);
      assert.ok(found.length > 0);
      for (const { name } of found) assert.match(name, pattern);
    };
    await only(
      "baseline",
      { extensions },
      /^(extension|remediation-modes|control-association-IAM\.6|detector-member-plan-runtime)-/,
    );
    await only("baseline", { passwordPolicy: { minimumPasswordLength: 20 } }, /^password-policy$/);
    await only("admin", { controlParameters: [] }, /^(security-control|aws-native)-/);
    await only("admin", { environments: { prod: ["100000000002"] } }, /^(automation-rule|insight)-/);
  });
});

function wellFormed(resource: Registered, { partition, regions }: Place, names: ReadonlySet<string>): void {
  const { type, name, inputs, provider, dependsOn, protect, retainOnDelete, parent } = resource;
  if (isProvider(resource)) return;
  assert.equal(parent, undefined, name);
  assert.ok(provider !== undefined && names.has(provider), `${name} has no provider of its own`);
  const region = type.startsWith("aws-native:") ? regions.find((one) => provider.endsWith(`-${one}`)) : inputs.region;
  if (region === undefined) {
    assert.ok(!regions.some((one) => name.endsWith(`-${one}`)), `${name} has no region`);
  } else {
    // The events of AWS Organizations arrive in one region, whichever are chosen.
    const possible = name.startsWith("account-event") ? [organizationsRegion(partition)] : regions;
    assert.ok(possible.includes(String(region)), `${name} is in ${region}`);
    assert.ok(name.endsWith(`-${region}`), `${name} is in ${region}`);
  }
  for (const before of dependsOn) assert.ok(names.has(before), `${name} comes after ${before}, which is not there`);
  const text = JSON.stringify(inputs);
  if (partition !== "aws") {
    assert.doesNotMatch(text, /arn:aws:/, name);
    assert.doesNotMatch(text, /\b(us|eu|ap)-(east|west|central|southeast)-\d/, name);
  }
  assert.doesNotMatch(text, /undefined|\[object|NaN/, name);
  // What the engine may not delete is evidence, which the guard watches over, too; roles of services are other services' as well.
  if (protect || retainOnDelete) assert.ok(KEPT.has(type) || protectedTypes.has(type), `${name} is kept`);
}

const protectedTypes: ReadonlySet<string> = new Set(GuardSettings.parse({}).protectedTypes);
const EVIDENCE = ADMIN_FEATURES.find(({ title }) => title === "Evidence")?.types ?? [];
const KEPT: ReadonlySet<string> = new Set([
  ...EVIDENCE,
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
  "aws:iam/serviceLinkedRole:ServiceLinkedRole",
  // What an account that is governed centrally can't delete.
  "aws:securityhub/standardsSubscription:StandardsSubscription",
]);

/** Sections that can be switched off as a whole. */
function canBeOff(section: Section): boolean {
  return section !== "delegation" && section !== "securityHub";
}

const CATALOGUE = { admin: ADMIN_FEATURES, baseline: BASELINE_FEATURES };
const DELEGATION = ADMIN_FEATURES.find(({ title }) => title === "Delegated administration")?.types ?? [];

function settingOf(path: string): readonly string[] {
  return ADMIN_FEATURES.flatMap(({ setting, types }) => (setting === path ? types : []));
}

/** Types that a section shares with other features: what delegates its service, where its evidence goes, roles of services. */
const SHARED: Readonly<Record<Kind, Partial<Record<Section, readonly string[]>>>> = {
  admin: {
    accessAnalyzer: DELEGATION,
    // Remediations are asked for through a queue of the alerts, and what responds is there where both are; its alarms are of the alerts.
    alerts: [...settingOf("features.remediations"), ...settingOf("features.response")],
    remediations: [...settingOf("features.alerts"), ...settingOf("features.response")],
    // Flow logs are let into the bucket where they are on; the guardrails deny to loosen what is set.
    account: ["aws:kms/key:Key", "aws:s3/bucketPolicy:BucketPolicy", "aws:organizations/policy:Policy"],
    config: DELEGATION,
    delegation: DELEGATION,
    inspector: DELEGATION,
    rootAccess: DELEGATION,
    // Its malware plan needs trusted access of its own.
    guardDuty: [...EVIDENCE, "aws:organizations/awsServiceAccess:AwsServiceAccess"],
    // Hosts write their reports there.
    systemsManager: EVIDENCE,
    // The guardrails protect its bucket by its name.
    trail: [...DELEGATION, ...EVIDENCE, "aws:organizations/policy:Policy"],
  },
  baseline: { config: ["aws:iam/serviceLinkedRole:ServiceLinkedRole"] },
};

/** Types of what a section may change in a stack. */
function typesOf(kind: Kind, section: Section): ReadonlySet<string> {
  const own = CATALOGUE[kind].filter(({ setting = "" }) => `${setting}.`.startsWith(`features.${section}.`));
  return new Set([...own.flatMap(({ types }) => types), ...(SHARED[kind][section] ?? [])]);
}

/** Those that no other feature of the stack has. */
function ownTypesOf(kind: Kind, section: Section): ReadonlySet<string> {
  const others = CATALOGUE[kind].filter(({ setting = "" }) => !`${setting}.`.startsWith(`features.${section}.`));
  const shared = new Set([...others.flatMap(({ types }) => types), ...(SHARED[kind][section] ?? [])]);
  return new Set([...typesOf(kind, section)].filter((type) => !shared.has(type)));
}
