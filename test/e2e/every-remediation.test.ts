import assert from "node:assert/strict";
import { EC2 } from "@aws-sdk/client-ec2";
import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import { MANIFESTS } from "../../remediation/manifests.ts";
import type { Finding } from "../../remediation/remediation.ts";
import { TRIALS } from "../remediation/trials/all.ts";
import { machineImage } from "../remediation/trials/machine-image.ts";
import { HOME, MEMBER, type Responding, respondingOrganization } from "./responding.ts";
import { until } from "./until.ts";

/** When a quarantine began, as policies have it: in trials the clock stands. */
const TIME = /(\\?"aws:TokenIssueTime\\?":\\?")[^"\\]+/g;
const timeless = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null).replace(TIME, "$1then"));

interface Incident {
  readonly id: string;
  readonly state: string;
  readonly title: string;
  readonly shelf: string;
  readonly undoable: boolean;
  readonly history: readonly { readonly state: string; readonly why: string; readonly by: string }[];
}

describe("every remediation", function () {
  this.timeout(900_000);
  let world: Responding;

  before(async () => {
    world = await respondingOrganization();
  });

  const remediations = async (shelf: string): Promise<readonly Incident[]> =>
    (await world.environment.api.call("GET", `/remediations?shelf=${shelf}&limit=500`)).body.items;
  const one = async (id: string): Promise<Incident> =>
    (await world.environment.api.call("GET", `/remediations/${id}`)).body;
  const ask = async (id: string, kind: string) => {
    const { status, text } = await world.environment.api.call("POST", `/remediations/${id}/${kind}`, { body: {} });
    assert.equal(status, 202, text);
  };

  /** Imports a finding and waits until its incident asks for approval, or is dealt with where nobody is asked. */
  async function incidentOf(id: string, finding: Finding): Promise<Incident> {
    const { Resources, Types, Compliance } = finding;
    await world.found(id, {
      Resources: Resources.map(({ Details, ...rest }) => ({
        ...rest,
        Region: rest.Region ?? HOME,
        ...(Details === undefined ? {} : { Details: Details as object }),
      })),
      ...(Types === undefined ? {} : { Types: [...Types] }),
      ...(Compliance === undefined ? {} : { Compliance: { Status: "FAILED", ...Compliance } }),
    } as Partial<AwsSecurityFinding>);
    let found: Incident | undefined;
    await until(`the incident of ${id}`, async () => {
      found = [...(await remediations("open")), ...(await remediations("closed"))].find(({ title }) => title === id);
      return found !== undefined && !["started", "changed", "delivering"].includes(found.state);
    });
    return found ?? assert.fail();
  }

  const messageOf = (id: string) => world.slack.messages.find(({ thread, text }) => !thread && text.includes(id));
  const ticketOf = (id: string) => world.desk.incidents.find((row) => JSON.stringify(row).includes(id));

  async function reaches(id: string, ...states: readonly string[]): Promise<Incident> {
    let now: Incident | undefined;
    await until(`incident ${id} to be ${states.join(" or ")}`, async () => {
      now = await one(id);
      if (["failed", "alerted"].includes(now.state) && !states.includes(now.state)) {
        assert.fail(`it is ${now.state}: ${now.history.at(-1)?.why}`);
      }
      return states.includes(now.state);
    });
    return now ?? assert.fail();
  }

  it("is tried here", () => {
    const tried = new Set(Object.values(TRIALS).map(({ remediation }) => remediation.manifest.name));
    const others = MANIFESTS.filter(({ irreversible, repairs }) => irreversible !== true && repairs === undefined);
    assert.deepEqual(
      others.filter(({ name }) => !tried.has(name)).map(({ name }) => name),
      [],
    );
  });

  for (const [name, trial] of Object.entries(TRIALS)) {
    it(`${trial.remediation.manifest.name} (${name}): found, approved, fixed, told to everybody, and undone`, async () => {
      const access = (region?: string) => world.environment.root(MEMBER, region);
      const scene = await trial.arrange({ id: MEMBER, access }, `e2e-${name.toLowerCase()}`);
      const before = await scene.see();
      const title = `every ${name}`;
      const { id, state } = await incidentOf(title, scene.finding);
      if (state === "asked") {
        assert.deepEqual(await scene.see(), before, "nothing is changed that nobody approved");
        await until("the question in Slack", async () =>
          JSON.stringify(messageOf(title)?.blocks ?? "").includes("approve"),
        );
        await until("the ticket", async () => ticketOf(title) !== undefined);
        await ask(id, "approve");
      }
      const fixed = await reaches(id, "verified");
      assert.deepEqual(timeless(await scene.see()), timeless(scene.remediated));
      assert.deepEqual([fixed.shelf, fixed.undoable], ["closed", true]);
      const told = await world.findingOf(title);
      assert.equal(told?.Workflow?.Status, "RESOLVED");
      assert.ok(told?.Note?.Text?.startsWith(`Bulwark ${id}: `), told?.Note?.Text);
      await until("Slack", async () => JSON.stringify(messageOf(title)?.blocks ?? "").includes("Remediated"));
      await until("Splunk", async () =>
        world.splunk.indexed.some(({ event }) => JSON.stringify(event).includes(title)),
      );
      if (state === "asked") await until("the ticket's end", async () => ticketOf(title)?.Status === "Closed");

      await ask(id, "undo");
      await reaches(id, "undone");
      assert.deepEqual(await scene.see(), before, "undo is exact");
    });
  }

  it("that runs something on a host says what came of it, and has nothing to undo", async () => {
    const ec2 = new EC2(world.environment.root(MEMBER));
    const ImageId = await machineImage(ec2);
    const runs = MANIFESTS.filter(({ irreversible, repairs }) => irreversible === true && repairs === undefined);
    for (const { name, controls, findingTypes } of runs) {
      const launched = await ec2.runInstances({ ImageId, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 });
      const instance = launched.Instances?.[0]?.InstanceId ?? "";
      const [control] = controls;
      const title = `every ${name}`;
      const { id, state } = await incidentOf(title, {
        AwsAccountId: MEMBER,
        Resources: [{ Type: "AwsEc2Instance", Id: `arn:aws:ec2:${HOME}:${MEMBER}:instance/${instance}` }],
        ...(control === undefined ? { Types: findingTypes } : { Compliance: { SecurityControlId: control.id } }),
      });
      assert.equal(state, "asked", name);
      await ask(id, "approve");
      const ended = await reaches(id, "verified");
      assert.equal(ended.undoable, false);
      const undo = await world.environment.api.call("POST", `/remediations/${id}/undo`, { body: {} });
      assert.equal(undo.status, 409, undo.text);
    }
    ec2.destroy();
  });
});
