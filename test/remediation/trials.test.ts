import assert from "node:assert/strict";
import { IAM } from "@aws-sdk/client-iam";
import { S3Client } from "@aws-sdk/client-s3";
import { S3ControlClient } from "@aws-sdk/client-s3-control";
import { remediationPolicy } from "../../programs/remediation-role.ts";
import type { ClientSettings, Facts, Kept, Session } from "../../remediation/remediation.ts";
import { apply, type Change, plan, undo } from "../../remediation/run.ts";
import { StepError } from "../../remediation/step-error.ts";
import type { RootAccess } from "../../sandbox/organization/root-access.ts";
import { baselineInputs, MEMBER } from "../programs/samples.ts";
import { assume, type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { TRIALS } from "./trials/all.ts";
import type { Scene, Trial } from "./trials/trial.ts";

const FACTS: Facts = {
  now: new Date("2026-11-23T12:00:00Z"),
  organizationAccounts: ["100000000001", MEMBER],
  partnerAccounts: ["444455556666"],
  untouchable: ["arn:aws:iam::*:role/BreakGlass", "arn:aws:iam::*:role/Bulwark*"],
  forensics: { accountId: "100000000001", kmsKeyArn: "arn:aws:kms:us-east-1:100000000001:key/evidence" },
};

describe("a remediation in the sandbox, with the rights of its manifest", () => {
  let sandbox: RunningSandbox;
  let iam: IAM;
  let scenes = 0;
  const opened: { destroy(): void }[] = [];

  before(async () => {
    sandbox = await runSandbox();
    iam = new IAM(sandbox.root(MEMBER));
  });
  after(async () => {
    for (const client of opened) client.destroy();
    iam?.destroy();
    await sandbox?.close();
  });

  const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: MEMBER }, Action: "sts:AssumeRole" }],
  });
  const access = (region?: string): RootAccess => sandbox.root(MEMBER, region);

  function policyOf({ remediation: { manifest } }: Trial, without?: string): string {
    const policy = remediationPolicy(manifest, { ...baselineInputs(), accountId: MEMBER }) as {
      Statement: readonly { Action: readonly string[] }[];
    };
    const Statement = policy.Statement.map((one) => ({
      ...one,
      Action: one.Action.filter((each) => each !== without),
    }));
    return JSON.stringify({ ...policy, Statement: Statement.filter(({ Action }) => Action.length > 0) });
  }

  /** A role with the manifest's policy, and a session of it. */
  async function sessionFor(trial: Trial): Promise<{ session: Session; allow(without?: string): Promise<void> }> {
    const RoleName = `Trial-${trial.remediation.manifest.name}`;
    const allow = async (without?: string) => {
      await iam.putRolePolicy({ RoleName, PolicyName: "Remediation", PolicyDocument: policyOf(trial, without) });
    };
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: trust }).catch((error: Error) => {
      if (error.name !== "EntityAlreadyExistsException" && error.name !== "EntityAlreadyExists") throw error;
    });
    await allow();
    const assumed = await assume(sandbox, MEMBER, MEMBER, RoleName);
    const clients = new Map<string, unknown>();
    const session: Session = {
      partition: "aws",
      accountId: MEMBER,
      region: "us-east-1",
      client<Client>(Class: new (settings: ClientSettings) => Client, region = "us-east-1"): Client {
        const key = `${Class.name} ${region}`;
        const known = clients.get(key) as Client | undefined;
        if (known !== undefined) return known;
        const { endpoint } = assumed;
        // Where a client would put the account or the bucket into the host's name, the sandbox has none.
        const local =
          (Class as unknown) === S3ControlClient
            ? { endpointProvider: () => ({ url: new URL(endpoint) }) }
            : (Class as unknown) === S3Client
              ? { endpoint, forcePathStyle: true }
              : { endpoint };
        const made = new Class({ region, credentials: async () => assumed.credentials as never, ...local });
        opened.push(made as { destroy(): void });
        clients.set(key, made);
        return made;
      },
    };
    return { session, allow };
  }

  async function arranged(trial: Trial): Promise<{ scene: Scene; target: Kept; before: unknown }> {
    scenes += 1;
    const scene = await trial.arrange({ id: MEMBER, access }, `${process.pid}-${scenes}`);
    const targets = trial.remediation.targetsOf(scene.finding);
    assert.equal(targets.length, 1, "the finding is about one target");
    const before = await scene.see();
    assert.notDeepEqual(before, scene.remediated);
    return { scene, target: targets[0] as Kept, before };
  }

  const stepOf = (work: Promise<unknown>) =>
    work.then(
      () => "done",
      (error: unknown) => {
        assert.ok(error instanceof StepError, String(error));
        assert.match(
          `${(error.cause as Error | undefined)?.name} ${(error.cause as Error | undefined)?.message}`,
          /AccessDenied|UnauthorizedOperation|not authorized/,
          error.message,
        );
        return error.step;
      },
    );

  for (const [name, trial] of Object.entries(TRIALS)) {
    const { remediation } = trial;
    const facts: Facts = { ...FACTS, ...trial.facts };
    describe(`${remediation.manifest.name}: ${name}`, () => {
      it("tells what it would do, does that, and gives back exactly what was", async () => {
        const { session } = await sessionFor(trial);
        const { scene, target, before } = await arranged(trial);
        const recorded: Change[] = [];
        const record = async (change: Change) => void recorded.push(change);

        const planned = await plan(remediation, session, target, facts);
        assert.ok(planned.kind === "change", JSON.stringify(planned));
        assert.deepEqual(await scene.see(), before, "a dry run changes nothing");
        const lost = () => Promise.reject(new Error("the ledger is away"));
        await assert.rejects(apply(remediation, session, target, facts, { record: lost }), { step: "record" });
        assert.deepEqual(await scene.see(), before, "nothing is changed that was not recorded");

        const outcome = await apply(remediation, session, target, facts, { record });
        assert.ok(outcome.kind === "changed", JSON.stringify(outcome));
        assert.deepEqual(await scene.see(), scene.remediated);
        assert.deepEqual([outcome.change.before, outcome.change.after], [planned.before, planned.after]);
        assert.deepEqual(JSON.parse(JSON.stringify(outcome.change)), outcome.change, "the ledger can keep it");
        assert.deepEqual(recorded.at(-1), outcome.change);

        const again = await apply(remediation, session, target, facts, { record: () => assert.fail("recorded twice") });
        assert.equal(again.kind, "nothing");
        const repeated = await apply(remediation, session, target, facts, {
          recorded: outcome.change,
          record: () => assert.fail("recorded twice"),
        });
        assert.deepEqual(repeated, outcome);

        await undo(remediation, session, outcome.change);
        assert.deepEqual(await scene.see(), before);
        await undo(remediation, session, outcome.change);
        assert.deepEqual(await scene.see(), before);
      });

      it("needs every action of its manifest: without one, the step that makes it fails", async () => {
        const actions = remediation.manifest.role.flatMap((statement) => statement.actions);
        assert.deepEqual([...new Set(actions)].sort(), Object.keys(trial.steps).sort());
        const { session, allow } = await sessionFor(trial);
        let round: Awaited<ReturnType<typeof arranged>> | undefined;
        for (const [action, wanted] of Object.entries(trial.steps)) {
          // Each round leaves the scene as it was, and says so at its end.
          if (round === undefined || trial.leavesMore) round = await arranged(trial);
          const { scene, target, before } = round;
          const recorded: Change[] = [];
          const attempt = () =>
            apply(remediation, session, target, facts, {
              recorded: recorded.at(-1),
              record: async (change) => void recorded.push(change),
            });
          await allow(action);
          assert.equal(await stepOf(attempt()), wanted.forth, `applied without ${action}`);
          await allow();
          // Goes on from what was done in part, with what was recorded of it.
          const outcome = await attempt();
          assert.ok(outcome.kind === "changed", JSON.stringify(outcome));
          assert.deepEqual(await scene.see(), scene.remediated, `resumed after ${action} came back`);
          await allow(action);
          const back = await stepOf(undo(remediation, session, outcome.change));
          await allow();
          assert.equal(back, wanted.back, `taken back without ${action}`);
          await undo(remediation, session, outcome.change, true);
          assert.deepEqual(await scene.see(), before, `taken back after ${action} came back`);
        }
      });
    });
  }
});
