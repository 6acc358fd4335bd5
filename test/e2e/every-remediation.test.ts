import assert from "node:assert/strict";
import { EC2 } from "@aws-sdk/client-ec2";
import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import type { Manifest } from "../../remediation/manifest.ts";
import { MANIFESTS } from "../../remediation/manifests.ts";
import type { Finding } from "../../remediation/remediation.ts";
import { TRIALS } from "../remediation/trials/all.ts";
import { machineImage } from "../remediation/trials/machine-image.ts";
import type { Trial } from "../remediation/trials/trial.ts";
import { cutOffResponder } from "./cut-off-responder.ts";
import { differences, FULL_STATES } from "./full-states.ts";
import { HOME, MEMBER, type Responding, respondingOrganization, SECURITY } from "./responding.ts";
import { until } from "./until.ts";

/** When a quarantine or an isolation began, and for what: in trials the clock stands, and there is no finding. */
const TIMES = [/(\\?"aws:TokenIssueTime\\?":\\?")[^"\\]+/g, /("bulwark:(?:isolated|finding)":")[^"]+/g];
const timeless = (value: unknown): unknown =>
  JSON.parse(TIMES.reduce((text, time) => text.replace(time, "$1then"), JSON.stringify(value ?? null)));

/** Milliseconds between two questions of the API: several scenes are played at once. */
const EVERY = 500;

/** A finding as what finds it writes it: by a control, or by a type. */
function ofProduct({ controls: [control], findingTypes }: Manifest, finding: Finding): Finding {
  if (finding.Compliance !== undefined || finding.Types !== undefined) return finding;
  if (control !== undefined) return { ...finding, Compliance: { SecurityControlId: control.id } };
  return { ...finding, Types: findingTypes.slice(0, 1) };
}

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
    // The baseline does not let snapshots be shared with everybody; somebody has switched that off.
    const ec2 = new EC2(world.environment.root(MEMBER));
    await ec2.disableSnapshotBlockPublicAccess({});
    ec2.destroy();
    // What comes of it is looked at in the tests of faults.
    await cutOffResponder(world);
    const lanes = Array.from({ length: 4 }, () => Promise.resolve());
    for (const [at, [name, trial]] of Object.entries(TRIALS).entries()) {
      const lane = at % lanes.length;
      const scene = (lanes[lane] ?? Promise.resolve()).then(() => play(name, trial));
      played.set(name, scene);
      lanes[lane] = scene.catch(() => undefined);
    }
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
    const isThere = async () => {
      found = [...(await remediations("open")), ...(await remediations("closed"))].find(({ title }) => title === id);
      return found !== undefined && !["started", "changed", "delivering"].includes(found.state);
    };
    await until(`the incident of ${id}`, isThere, EVERY);
    return found ?? assert.fail();
  }

  const messageOf = (id: string) => world.slack.messages.find(({ thread, text }) => !thread && text.includes(id));
  const ticketOf = (id: string) => world.desk.incidents.find((row) => JSON.stringify(row).includes(id));

  async function reaches(id: string, ...states: readonly string[]): Promise<Incident> {
    let now: Incident | undefined;
    const isSo = async () => {
      now = await one(id);
      if (["failed", "gone", "well"].includes(now.state) && !states.includes(now.state)) {
        assert.fail(`it is ${now.state}: ${now.history.at(-1)?.why}`);
      }
      return states.includes(now.state);
    };
    await until(`incident ${id} to be ${states.join(" or ")}`, isSo, EVERY);
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

  /** What came of each scene: they are played a few at once, since most of their time is waiting. */
  const played = new Map<string, Promise<void>>();

  async function play(name: string, trial: Trial): Promise<void> {
    const access = (region?: string) => world.environment.root(MEMBER, region);
    const suffix = `e2e-${name.toLowerCase()}`;
    const scene = await trial.arrange({ id: MEMBER, access }, suffix);
    const full = FULL_STATES[name];
    const whole = () => full?.read(() => access(), scene.finding, suffix);
    const before = await scene.see();
    const wholeBefore = await whole();
    const title = `every ${name}`;
    const { id, state } = await incidentOf(title, ofProduct(trial.remediation.manifest, scene.finding));
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
    const changed = differences(wholeBefore, await whole()).map((path) => path.replace(/i-[0-9a-f]{17}/, "<instance>"));
    assert.deepEqual(changed, full?.changed ?? []);
    assert.deepEqual([fixed.shelf, fixed.undoable], ["closed", true]);
    const told = await world.findingOf(title);
    assert.equal(told?.Workflow?.Status, "RESOLVED");
    assert.ok(told?.Note?.Text?.startsWith(`Bulwark ${id}: `), told?.Note?.Text);
    await until("Slack", async () => JSON.stringify(messageOf(title)?.blocks ?? "").includes("Remediated"));
    await until("Splunk", async () => world.splunk.indexed.some(({ event }) => JSON.stringify(event).includes(title)));
    if (state === "asked") await until("the ticket's end", async () => ticketOf(title)?.Status === "Closed");

    await ask(id, "undo");
    await reaches(id, "undone");
    assert.deepEqual(await scene.see(), before, "undo is exact");
    assert.deepEqual(await whole(), wholeBefore, "undo is exact in all that AWS tells");
  }

  for (const [name, trial] of Object.entries(TRIALS)) {
    it(`${trial.remediation.manifest.name} (${name}): found, approved, fixed, told to everybody, and undone`, () =>
      played.get(name));
  }

  it("that runs something on a host says what came of it, and has nothing to undo", async () => {
    const ec2 = new EC2(world.environment.root(MEMBER));
    const ImageId = await machineImage(ec2);
    const runs = MANIFESTS.filter(({ irreversible, repairs }) => irreversible === true && repairs === undefined);
    for (const manifest of runs) {
      const { name, customAction } = manifest;
      const launched = await ec2.runInstances({ ImageId, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 });
      const instance = launched.Instances?.[0]?.InstanceId ?? "";
      const title = `every ${name}`;
      const Resources = [{ Type: "AwsEc2Instance", Id: `arn:aws:ec2:${HOME}:${MEMBER}:instance/${instance}` }];
      const finding = { AwsAccountId: MEMBER, Resources };
      // Types of findings that a scan answers, the isolation answers first.
      const hasControl = manifest.controls.length > 0;
      const { id, state } = await incidentOf(
        title,
        hasControl ? ofProduct(manifest, finding) : { ...finding, Types: [] },
      );
      if (state === "asked") await ask(id, "approve");
      // What no finding starts, a person does.
      else await click(customAction.id, title);
      const ended = await reaches(id, "verified");
      assert.equal(ended.undoable, false);
      const undo = await world.environment.api.call("POST", `/remediations/${id}/undo`, { body: {} });
      assert.equal(undo.status, 409, undo.text);
    }
    ec2.destroy();
  });

  /** A person of the security account chooses the finding and the action, in the console. */
  async function click(action: string, title: string): Promise<void> {
    const answer = await fetch(`${world.environment.aws}/_sandbox/console/securityhub/custom-action`, {
      method: "POST",
      body: JSON.stringify({
        ...{ accountId: SECURITY, region: HOME, findingIds: [title] },
        actionTargetArn: `arn:aws:securityhub:${HOME}:${SECURITY}:action/custom/${action}`,
      }),
    });
    assert.equal(answer.status, 200, await answer.text());
  }
});
