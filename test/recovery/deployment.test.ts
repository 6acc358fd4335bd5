import assert from "node:assert/strict";
import {
  type Deployment,
  hasProvider,
  type PendingOperation,
  type ResourceState,
  unsettledOf,
  withFound,
  withoutAccount,
} from "../../stacks/recovery/deployment.ts";

const urn = (name: string): string => `urn:pulumi:admin::bulwark::aws:sqs/queue:Queue::${name}`;
const PROVIDER = "urn:pulumi:admin::bulwark::pulumi:providers:aws::aws-111111111111";
const provider: ResourceState = { urn: PROVIDER, type: "pulumi:providers:aws", custom: true, id: "p-1" };
const queue = (name: string, more: Partial<ResourceState> = {}): ResourceState => ({
  ...{ urn: urn(name), type: "aws:sqs/queue:Queue", custom: true, inputs: { name }, provider: `${PROVIDER}::p-1` },
  ...more,
});
const made = (name: string, more: Partial<ResourceState> = {}): ResourceState =>
  queue(name, { id: `id-of-${name}`, outputs: { name }, ...more });
const pending = (type: PendingOperation["type"], resource: ResourceState): PendingOperation => ({ type, resource });
const names = ({ resources = [] }: Deployment): string[] =>
  resources.map(({ urn: of, delete: leftover }) => `${of.split("::").at(-1)}${leftover === true ? " (leftover)" : ""}`);

describe("an interrupted state", () => {
  it("has creations to look for, and resources to read again", () => {
    const state: Deployment = {
      resources: [provider, made("updated"), made("deleted"), made("quiet"), queue("unread", { id: "x", outputs: {} })],
      pending_operations: [
        pending("creating", queue("new")),
        pending("updating", made("updated")),
        pending("deleting", made("deleted")),
        pending("deleting", made("gone")),
        pending("reading", queue("read")),
        pending("importing", queue("imported")),
      ],
    };
    const { creates, stale, pending: all } = unsettledOf(state);
    assert.deepEqual(creates, [queue("new")]);
    assert.deepEqual(stale, ["updated", "deleted", "unread"].map(urn));
    assert.equal(all.length, 6);
    assert.deepEqual(unsettledOf({}), { creates: [], stale: [], pending: [] });
  });

  it("takes what was found, to be read as an import, and has nothing pending any more", () => {
    const state: Deployment = {
      resources: [provider, made("first")],
      pending_operations: [pending("creating", queue("second"))],
    };
    const found = { resource: queue("second", { dependencies: [urn("first"), urn("nowhere")] }), id: "q@us-east-1" };
    const after = withFound(state, [found]);
    assert.deepEqual(after.resources?.at(-1), {
      ...queue("second", { dependencies: [urn("first")] }),
      ...{ id: "q@us-east-1", outputs: {} },
    });
    assert.equal("pending_operations" in after, false);
    assert.deepEqual(names(after), ["aws-111111111111", "first", "second"]);
  });

  it("keeps what a replacement was to delete as a leftover", () => {
    const dependent = made("dependent", { dependencies: [urn("first")] });
    const state: Deployment = { resources: [provider, made("first"), dependent] };
    const after = withFound(state, [{ resource: queue("first"), id: "other" }]);
    assert.deepEqual(names(after), ["aws-111111111111", "first", "dependent", "first (leftover)"]);
    assert.equal(after.resources?.[1]?.id, "other");
    assert.equal(after.resources?.[3]?.id, "id-of-first");
  });

  it("fills the gap of what a replacement has deleted", () => {
    const state: Deployment = { resources: [provider, made("first", { pendingReplacement: true })] };
    const after = withFound(state, [{ resource: queue("first"), id: "other" }]);
    assert.deepEqual(names(after), ["aws-111111111111", "first"]);
    assert.equal(after.resources?.[1]?.pendingReplacement, undefined);
  });

  it("knows whether it has a resource's provider", () => {
    assert.equal(hasProvider({ resources: [provider] }, queue("one")), true);
    assert.equal(hasProvider({ resources: [provider] }, queue("one", { provider: `${PROVIDER}::p-2` })), false);
    assert.equal(hasProvider({}, queue("one")), false);
  });

  it("forgets what is in an account, with its providers, and nothing of another account's", () => {
    const inAccount = (id: string, name: string): ResourceState => ({
      ...{
        urn: `urn:pulumi:account-1::bulwark::pulumi:providers:aws::${name}`,
        type: "pulumi:providers:aws",
        custom: true,
      },
      ...{ id: name, inputs: { allowedAccountIds: JSON.stringify([id]), region: "us-east-1" } },
    });
    const [member, security] = [inAccount("100000000001", "member"), inAccount("222222222222", "security")];
    const of = (name: string, by: ResourceState, more: Partial<ResourceState> = {}) =>
      made(name, { provider: `${by.urn}::${by.id}`, ...more });
    const stack: ResourceState = {
      urn: "urn:pulumi:account-1::bulwark::pulumi:pulumi:Stack::it",
      type: "pulumi:pulumi:Stack",
      custom: false,
    };
    const state: Deployment = {
      resources: [
        ...[stack, member, security, of("hub", member, { protect: true })],
        of("membership", security, { dependencies: [urn("hub")], propertyDependencies: { id: [urn("hub")] } }),
        of("plan", security, { dependencies: [urn("membership")] }),
      ],
      pending_operations: [pending("updating", of("hub", member)), pending("updating", of("plan", security))],
    };
    const { deployment, forgotten } = withoutAccount(state, "100000000001");
    assert.equal(forgotten, 1);
    assert.deepEqual(names(deployment), ["it", "security", "membership", "plan"]);
    const [, , membership, plan] = deployment.resources ?? [];
    assert.deepEqual([membership?.dependencies, membership?.propertyDependencies], [[], { id: [] }]);
    assert.deepEqual(plan?.dependencies, [urn("membership")]);
    assert.deepEqual(
      deployment.pending_operations?.map(({ resource }) => resource.urn),
      [urn("plan")],
    );
    assert.equal(withoutAccount(state, "100000000009").forgotten, 0);
  });
});
