import assert from "node:assert/strict";
import type { OrganizationsClient, PolicyTypeSummary } from "@aws-sdk/client-organizations";
import { enablePolicyTypes } from "../../stacks/bootstrap/policy-types.ts";

interface Sent {
  readonly constructor: { readonly name: string };
  readonly input: { readonly PolicyType?: string };
}

/** An organization whose root answers `states` one after the other, and refuses to enable while `busy` says so. */
function organization(states: readonly (readonly PolicyTypeSummary[])[], busy: readonly boolean[] = []) {
  const enabled: string[] = [];
  let [asked, tried] = [0, 0];
  const send = async (sent: Sent) => {
    if (sent.constructor.name === "ListRootsCommand") {
      const PolicyTypes = states[Math.min(asked++, states.length - 1)];
      return { Roots: [{ Id: "r-test", PolicyTypes }] };
    }
    if (busy[tried++]) throw Object.assign(new Error("busy"), { name: "PolicyChangesInProgressException" });
    enabled.push(sent.input.PolicyType ?? "");
    return {};
  };
  return { client: { send } as unknown as Pick<OrganizationsClient, "send">, enabled, asked: () => asked };
}

const summary = (Type: PolicyTypeSummary["Type"], Status: PolicyTypeSummary["Status"]) => ({ Type, Status });
const SCP = "SERVICE_CONTROL_POLICY";
const RCP = "RESOURCE_CONTROL_POLICY";

describe("enabling policy types", () => {
  it("asks AWS for nothing where nothing is wanted, and changes nothing where all is enabled", async () => {
    const nothing = organization([[]]);
    assert.deepEqual(await enablePolicyTypes(nothing.client, [], 0), []);
    assert.equal(nothing.asked(), 0);
    const there = organization([[summary(SCP, "ENABLED")]]);
    assert.deepEqual(await enablePolicyTypes(there.client, [SCP], 0), []);
    assert.deepEqual(there.enabled, []);
  });

  it("enables one after the other, waits for each, and tries again while AWS is busy", async () => {
    const { client, enabled } = organization(
      [
        [],
        [],
        [],
        [summary(SCP, "PENDING_ENABLE")],
        [summary(SCP, "ENABLED"), summary(RCP, "PENDING_ENABLE")],
        [summary(SCP, "ENABLED"), summary(RCP, "ENABLED")],
      ],
      [true],
    );
    assert.deepEqual(await enablePolicyTypes(client, [SCP, RCP], 0), [SCP, RCP]);
    assert.deepEqual(enabled, [SCP, RCP]);
  });

  it("gives up on what AWS never finishes, and says what that is", async () => {
    const { client } = organization([[summary(SCP, "PENDING_ENABLE")]]);
    await assert.rejects(enablePolicyTypes(client, [SCP], 0), /did not finish enabling SERVICE_CONTROL_POLICY/);
  });
});
