import { readFileSync } from "node:fs";
import type { Aws, MemberRole } from "../../api/aws.ts";
import type { AccountSettingsInventory } from "../../programs/account-inventory.ts";
import type { AccountInventory, AdminInventory } from "../../programs/inventory.ts";
import type { RegionReadiness } from "../../programs/readiness.ts";
import type { RootCredentials } from "../../programs/root-credentials.ts";
import { OrganizationSettings } from "../../programs/settings.ts";
import { standardArn } from "../../programs/standards.ts";
import type { StandingControl } from "../../programs/standing-controls.ts";
import type { KeptDelegation } from "../../stacks/aws/delegations.ts";
import type { LostMembership } from "../../stacks/aws/lost-memberships.ts";
import type { KeptMembership } from "../../stacks/aws/memberships.ts";
import type { OrganizationAccount } from "../../stacks/aws/organizations.ts";
import type { KeptServiceLinkedRole } from "../../stacks/aws/service-linked-roles.ts";
import { StackRunError } from "../../stacks/errors.ts";
import type { RecoveryReport, RunHooks, RunIdentity, RunRequest, RunResult } from "../../stacks/run.ts";
import type { RecoverRequest, Runner } from "../../stacks/runner.ts";
import { fakeResponse } from "./fake-response.ts";

export const settings = OrganizationSettings.parse(
  JSON.parse(readFileSync(new URL("../../sandbox/organization/settings.json", import.meta.url), "utf8")),
);

export const adminOutputs = {
  organizationId: "o-bulwark0demo",
  accountEvents: { queueUrl: "http://queue/bulwark-account-events", queueArn: "arn", region: "us-east-1" },
  detectorIds: { "us-east-1": "d1", "us-west-2": "d2", "ap-southeast-3": "d3" },
  configBucket: "bulwark-config-333333333333",
  configKeyArn: "arn:aws:kms:us-east-1:333333333333:key/k",
};

/** What a run answers: by default two resources are created. */
export type RunBehaviour = (request: RunRequest, hooks: RunHooks) => Promise<Partial<RunResult>> | Partial<RunResult>;

export interface FakeRunner extends Runner {
  readonly requests: RunRequest[];
  readonly recoveries: RecoverRequest[];
  behave: RunBehaviour;
  recovering: (request: RecoverRequest, hooks: RunHooks) => Promise<Partial<RecoveryReport>> | Partial<RecoveryReport>;
  running: number;
  closed: boolean;
}

const nothing = { create: 0, update: 0, replace: 0, delete: 0, same: 0, import: 0 };

/** Stands in for the engine; the real one is tested in test/stacks and test/e2e. */
export function fakeRunner(behave: RunBehaviour = () => ({ changes: { ...nothing, create: 2 } })): FakeRunner {
  const runner: FakeRunner = {
    requests: [],
    recoveries: [],
    behave,
    recovering: () => ({}),
    running: 0,
    closed: false,
    async run(request, hooks) {
      await hooks.onStarting?.(identity());
      runner.requests.push(request);
      runner.running += 1;
      try {
        await hooks.onEngine?.(process.pid);
        const looks = request.verb === "preview" || request.verb === "preview-refresh" || request.verb === "refresh";
        if (!looks) tell(hooks, "create", fakeUrn(request.stack, "thing"));
        const answer = await runner.behave(request, hooks);
        const { inputs } = request;
        const outputs =
          inputs.kind === "admin" ? adminOutputs : { accountId: inputs.accountId, regions: inputs.regions };
        const resources = request.verb === "destroy" ? 0 : 2;
        return { changes: nothing, steps: [], resources, outputs, durationMs: 5, ...answer };
      } finally {
        runner.running -= 1;
      }
    },
    async recover(request, hooks) {
      if (hooks.signal?.aborted) throw cancelled({ ...request, verb: "recover" });
      await hooks.onStarting?.(identity());
      runner.recoveries.push(request);
      const report = await runner.recovering(request, hooks);
      return { processesEnded: 0, locksRemoved: [], imported: [], cleared: [], ...report };
    },
    async sweep() {
      return { folders: 0, processes: 0 };
    },
    async close() {
      runner.closed = true;
    },
  };
  return runner;
}

let sessions = 1_000_000;

function identity(): RunIdentity {
  sessions += 1;
  return { host: "test", bootId: "test", session: sessions, startedAt: "0", folder: "/nowhere" };
}

export function fakeUrn(stack: string, name: string): string {
  return `urn:pulumi:${stack}::bulwark::aws:x:Y::${name}`;
}

/** Tells of a step that begins and succeeds, as the engine does. */
export function tell({ onEvent }: Pick<RunHooks, "onEvent">, op: string, urn: string): void {
  const step = { type: "step", urn, resourceType: "aws:x:Y", name: urn.split("::").at(-1) ?? urn, op } as const;
  onEvent({ ...step, status: "started" });
  onEvent({ ...step, status: "succeeded" });
}

/** The error of a run that died in one of the ways in which runs die. */
export function died({ verb, stack }: Pick<RunRequest, "verb" | "stack">): StackRunError {
  const message = `running ${verb} on stack ${stack}: the run's process was ended by SIGKILL`;
  return new StackRunError({ code: "crashed", retryable: true, message, remedy: "Run it again." }, undefined, true);
}

/** A behaviour that runs until it is let go or cancelled, as the engine would. */
export function gate(): { behave: RunBehaviour; open(): void; entered: Promise<void> } {
  const opened = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  return {
    entered: entered.promise,
    open: opened.resolve,
    async behave(request, { signal }) {
      entered.resolve();
      await new Promise<void>((resolve, reject) => {
        opened.promise.then(resolve);
        const stop = () => reject(cancelled(request));
        if (signal?.aborted) stop();
        signal?.addEventListener("abort", stop, { once: true });
      });
      return {};
    },
  };
}

function cancelled({ verb, stack }: Pick<RunRequest, "verb" | "stack">): StackRunError {
  const thing = { urn: fakeUrn(stack, "thing"), type: "aws:x:Y", name: "thing", op: "create" } as const;
  const partial = { changes: { ...nothing, create: 1 }, steps: [thing] };
  const message = `running ${verb} on stack ${stack}: cancelled`;
  return new StackRunError({ code: "cancelled", retryable: true, message, remedy: "Run it again." }, partial);
}

export interface FakeAws extends Aws {
  readonly accountsById: Map<string, OrganizationAccount>;
  readonly parents: Map<string, string[]>;
  readonly calls: string[];
  inventory: Partial<AccountInventory>;
  adminInventory: Partial<AdminInventory>;
  /** What `readReadiness` answers; all is ready by default. It is asked at any time, so it is none of `calls`. */
  readiness: (regions: readonly string[]) => Readonly<Record<string, RegionReadiness>>;
  ownSettings: Partial<AccountSettingsInventory>;
  /** Called before each call; throws what AWS would. */
  fail: (call: string, accountId: string) => void;
  regions: string[];
  /** Memberships that somebody has ended. */
  lost: readonly LostMembership[];
  /** What the hubs of accounts have of the standards' controls. */
  controls: readonly StandingControl[];
  /** Of accounts outside of the organization. */
  invitations: Record<string, string>;
  /** What `roleForReading` answers. */
  readingBy: MemberRole;
  /** The regions in which rights were to be kept, call by call. */
  readonly standing: (readonly string[])[];
  /** Service-linked roles that AWS does not let go. */
  keptRoles: readonly KeptServiceLinkedRole[];
  /** Memberships that AWS does not let end. */
  keptMemberships: readonly KeptMembership[];
  /** What AWS Organizations does not let end after the admin stack. */
  keptDelegations: readonly KeptDelegation[];
  /** Of root users, by account; none by default. */
  rootCredentials: Record<string, Partial<RootCredentials>>;
}

const noCredentials = { password: false, accessKeys: 0, signingCertificates: 0, mfaDevices: 0 };

const account = (accountId: string, name: string, state: OrganizationAccount["state"] = "ACTIVE") =>
  [accountId, { accountId, name, email: `${name}@clearing.example.com`, state }] as const;

/** A region in which all that the settings of these tests ask for works. */
export function readyIn(region: string): RegionReadiness {
  const standards = settings.standards.map((name) => ({
    standardsArn: standardArn("aws", region, name),
    status: "READY",
  }));
  const enabled = { hubMember: "Enabled", detectorMember: "Enabled", detector: "ENABLED" };
  const scans = Object.fromEntries(settings.features.inspector.resourceTypes.map((type) => [type, "ENABLED"]));
  return { standards, recorder: { recording: true }, ...enabled, inspectorMember: "ENABLED", scans };
}

/** An organization in memory. */
export function fakeAws(): FakeAws {
  const aws: FakeAws = {
    accountsById: new Map([
      account("111111111111", "management"),
      account("222222222222", "security"),
      account("333333333333", "log-archive"),
      account("100000000001", "clearing-prod"),
      account("100000000002", "risk-prod"),
      account("100000000003", "market-data-prod"),
      account("100000000099", "closed-desk", "SUSPENDED"),
    ]),
    parents: new Map(),
    calls: [],
    inventory: {},
    adminInventory: {},
    readiness: (regions) => Object.fromEntries(regions.map((region) => [region, readyIn(region)])),
    ownSettings: {},
    fail: () => undefined,
    lost: [],
    controls: [],
    invitations: {},
    regions: ["us-east-1", "us-west-2"],
    readingBy: "deployment",
    standing: [],
    keptRoles: [],
    keptMemberships: [],
    keptDelegations: [],
    rootCredentials: {},
    response: fakeResponse(),
    organizations: {
      describe: async () => ({ organizationId: "o-bulwark0demo", managementAccountId: "111111111111" }),
      async account(accountId) {
        called("account", accountId);
        return aws.accountsById.get(accountId);
      },
      async accounts() {
        return [...aws.accountsById.values()];
      },
      async parentsOf(accountId) {
        return aws.parents.get(accountId) ?? ["ou-bulw-prod00001", "r-bulw"];
      },
      async organizationalUnits() {
        return new Set(["r-bulw", "ou-bulw-prod00001", "ou-bulw-dev000001"]);
      },
      async createAccount({ name, email, onRequested }) {
        called("createAccount", name);
        await onRequested?.("car-1");
        const existing = [...aws.accountsById.values()].find((found) => found.email === email);
        if (existing !== undefined) return existing.accountId;
        const accountId = String(200000000001 + aws.accountsById.size);
        aws.accountsById.set(accountId, { accountId, name, email, state: "ACTIVE" });
        return accountId;
      },
      async moveAccount(accountId, unit) {
        called("moveAccount", accountId);
        aws.parents.set(accountId, [unit, "r-bulw"]);
      },
    },
    async ensureDeploymentRole(accountId, _operationId, _signal, standing) {
      aws.standing.push(standing);
      called("ensureDeploymentRole", accountId);
    },
    async roleForReading(accountId) {
      called("roleForReading", accountId);
      return aws.readingBy;
    },
    async endMemberships(accountId, _operationId, memberships) {
      called("endMemberships", `${accountId} ${memberships.map(({ region }) => region).join(" ")}`);
      return aws.keptMemberships;
    },
    async lostMemberships() {
      return aws.lost;
    },
    async restoreMemberships(inputs, _operationId, lost) {
      called("restoreMemberships", `${inputs.accountId} ${lost.map(({ region }) => region).join(" ")}`);
      aws.lost = [];
    },
    async readControls({ inputs, regions }) {
      called("readControls", `${inputs.kind === "admin" ? "admin" : inputs.accountId} ${regions.join(" ")}`);
      return aws.controls.filter(({ region }) => regions.includes(region));
    },
    async readInvitations({ accountId }) {
      called("readInvitations", accountId);
      return aws.invitations;
    },
    async renewInvitations({ accountId }, _operationId, regions) {
      called("renewInvitations", `${accountId} ${regions.join(" ")}`);
      for (const region of regions) aws.invitations[region] = "Invited";
    },
    async removeServiceLinkedRoles(accountId, _operationId, roles) {
      called("removeServiceLinkedRoles", accountId);
      return aws.keptRoles.filter(({ service }) => roles.some((role) => role.service === service));
    },
    async endDelegations(_operationId, delegations) {
      called("endDelegations", delegations.map(({ service }) => service).join(" "));
      return aws.keptDelegations;
    },
    async readRootCredentials(accountId) {
      called("readRootCredentials", accountId);
      return { ...noCredentials, ...aws.rootCredentials[accountId], accountId };
    },
    async removeRootCredentials(accountId) {
      called("removeRootCredentials", accountId);
      const found = { ...noCredentials, ...aws.rootCredentials[accountId], accountId };
      delete aws.rootCredentials[accountId];
      return found;
    },
    async removeDeploymentRole(accountId) {
      called("removeDeploymentRole", accountId);
    },
    async enabledRegions(accountId) {
      called("enabledRegions", accountId);
      return new Set(aws.regions);
    },
    async readAccount({ accountId, regions }) {
      called("readAccount", accountId);
      const empty = Object.fromEntries(regions.map((region) => [region, { ebsEncryptionByDefault: false }]));
      return { accountId, regions: empty, serviceLinkedRoles: [], ...aws.inventory };
    },
    async readReadiness({ regions }) {
      return aws.readiness(regions);
    },
    async readAccountSettings({ accountId }) {
      called("readAccountSettings", accountId);
      return { regions: {}, ...aws.ownSettings };
    },
    async readGoverning(accountId) {
      called("readGoverning", accountId);
      return undefined;
    },
    async readAdmin({ organizationId }) {
      called("readAdmin", "222222222222");
      const regions = Object.fromEntries(settings.regions.map((region) => [region, { organizationAnalyzers: [] }]));
      return { organizationId, delegatedAdministrators: {}, trustedServices: [], regions, ...aws.adminInventory };
    },
    async credentialsFor(_inputs, _operationId, role, standing) {
      aws.standing.push(standing);
      called("credentialsFor", role);
      return {};
    },
  };
  function called(call: string, accountId: string): void {
    aws.calls.push(`${call} ${accountId}`.trim());
    aws.fail(call, accountId);
  }
  return aws;
}
