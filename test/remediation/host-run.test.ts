import assert from "node:assert/strict";
import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { SSM } from "@aws-sdk/client-ssm";
import { PATCH_NOW, patchNowDocument } from "../../programs/documents/patch-now/document.ts";
import { SENSITIVE_INFORMATION_SCAN } from "../../programs/documents/sensitive-information-scan/document.ts";
import { VIRUS_SCAN } from "../../programs/documents/virus-scan/document.ts";
import { remediationPolicy } from "../../programs/remediation-role.ts";
import { hostPatchNowRun } from "../../remediation/host-patch-now/run.ts";
import { type Host, type HostRun, hostRemediation, hostsOf, outcomeOf } from "../../remediation/host-run.ts";
import { hostSensitiveScanRun } from "../../remediation/host-sensitive-scan/run.ts";
import { hostVirusScanRun } from "../../remediation/host-virus-scan/run.ts";
import type { ClientSettings, Facts, Session } from "../../remediation/remediation.ts";
import { apply, type Change, handOver, plan } from "../../remediation/run.ts";
import { StepError } from "../../remediation/step-error.ts";
import { baselineInputs } from "../programs/samples.ts";
import { assume, type RunningSandbox, runSandbox, until } from "../sandbox/running-sandbox.ts";
import { machineImage } from "./trials/machine-image.ts";

const ACCOUNT = "100000000003";
const FACTS: Facts = {
  now: new Date("2026-11-23T12:00:00Z"),
  organizationAccounts: [ACCOUNT],
  partnerAccounts: [],
  untouchable: [],
  cause: { finding: "finding-1", by: "Bulwark" },
};
const PATCHING = hostRemediation(hostPatchNowRun);
const ID = "i-0123456789abcdef0";
const instanceArn = (id: string, account = ACCOUNT) => `arn:aws:ec2:us-east-1:${account}:instance/${id}`;

const failsAt = (step: string, action: string) => (error: unknown) => {
  assert.ok(error instanceof StepError);
  assert.equal(error.step, step, error.message);
  assert.ok(error.message.includes(`not authorized to perform: ${action}`), error.message);
  return true;
};

describe("what is run on a host", () => {
  it("is a document that the baseline has", () => {
    assert.deepEqual(
      [hostPatchNowRun, hostVirusScanRun, hostSensitiveScanRun].map(({ document }) => document),
      [PATCH_NOW, VIRUS_SCAN, SENSITIVE_INFORMATION_SCAN],
    );
  });

  it("is about the instances of the finding's own account and region, each once", () => {
    const of = (Type: string, Id: string) =>
      hostsOf(hostPatchNowRun, { AwsAccountId: ACCOUNT, Region: "us-east-1", Resources: [{ Type, Id }] });
    const host = { accountId: ACCOUNT, region: "us-east-1", instanceId: ID };
    assert.deepEqual(of("AwsEc2Instance", instanceArn(ID)), [host]);
    assert.deepEqual(of("AwsSsmPatchCompliance", `arn:aws:ssm:us-east-1:${ACCOUNT}:patch-compliance/${ID}`), [host]);
    assert.deepEqual(of("AwsEc2Instance", instanceArn(ID, "999999999999")), []);
    assert.deepEqual(of("AwsEc2Instance", instanceArn(`${ID};reboot`)), []);
    assert.deepEqual(of("AwsEc2Volume", instanceArn(ID)), []);
  });

  it("ends well, with something found, or as a failure, as the document's codes mean it", () => {
    const of = (run: HostRun, Status: "Success" | "Failed" | "TimedOut" | "InProgress", codes: readonly number[]) =>
      outcomeOf(run, "host", { Status, CommandPlugins: codes.map((ResponseCode) => ({ ResponseCode })) }).kind;
    assert.equal(of(hostVirusScanRun, "Success", [0, 0]), "well");
    assert.equal(of(hostVirusScanRun, "Failed", [0, 10]), "found");
    assert.equal(of(hostVirusScanRun, "Failed", [20]), "failed");
    assert.equal(of(hostVirusScanRun, "Failed", [1]), "failed");
    assert.equal(of(hostVirusScanRun, "TimedOut", [10]), "failed");
    assert.equal(of(hostPatchNowRun, "Failed", [10]), "failed");
    assert.equal(of(hostPatchNowRun, "InProgress", []), "waiting");
    assert.equal(outcomeOf(hostPatchNowRun, "host", undefined).kind, "waiting");
  });

  describe("with the rights of its manifest", () => {
    let sandbox: RunningSandbox;
    let ec2: EC2;
    let ssm: SSM;
    let iam: IAM;
    let session: Session;
    const opened: { destroy(): void }[] = [];
    const RoleName = "Trial-host-patch-now";
    const policy = (without?: string) => {
      const { Statement, ...rest } = remediationPolicy(hostPatchNowRun.manifest, {
        ...baselineInputs(),
        accountId: ACCOUNT,
      });
      const left = Statement.map((one) => ({
        ...one,
        Action: [one.Action ?? []].flat().filter((each) => each !== without),
      }));
      return JSON.stringify({ ...rest, Statement: left.filter(({ Action }) => Action.length > 0) });
    };
    const allow = (without?: string) =>
      iam.putRolePolicy({ RoleName, PolicyName: "Remediation", PolicyDocument: policy(without) });

    before(async () => {
      sandbox = await runSandbox();
      const access = sandbox.root(ACCOUNT);
      [ec2, ssm, iam] = [new EC2(access), new SSM(access), new IAM(access)];
      opened.push(ec2, ssm, iam);
      const trust = { Effect: "Allow", Principal: { AWS: ACCOUNT }, Action: "sts:AssumeRole" };
      const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
      await iam.createRole({ RoleName, AssumeRolePolicyDocument });
      await allow();
      const { endpoint, credentials } = await assume(sandbox, ACCOUNT, ACCOUNT, RoleName);
      session = {
        ...{ partition: "aws", accountId: ACCOUNT, region: "us-east-1" },
        client<Client>(Class: new (settings: ClientSettings) => Client, region = "us-east-1"): Client {
          const made = new Class({ region, credentials: async () => credentials, ...{ endpoint } });
          opened.push(made as { destroy(): void });
          return made;
        },
      };
      const { content: Content } = patchNowDocument({ bucket: "reports", bucketOwner: "333333333333" });
      await ssm.createDocument({ Name: PATCH_NOW, DocumentType: "Command", Content });
    });
    after(async () => {
      for (const client of opened) client.destroy();
      await sandbox?.close();
    });

    async function host(tags: Readonly<Record<string, string>> = {}): Promise<Host> {
      const ImageId = await machineImage(ec2);
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      const { Instances } = await ec2.runInstances({
        ...{ ImageId, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 },
        ...(Tags.length > 0 && { TagSpecifications: [{ ResourceType: "instance", Tags }] }),
      });
      const instanceId = Instances?.[0]?.InstanceId ?? "";
      await until(
        () => ec2.describeInstances({ InstanceIds: [instanceId] }),
        ({ Reservations }) => Reservations?.[0]?.Instances?.[0]?.State?.Name === "running",
      );
      return { accountId: ACCOUNT, region: "us-east-1", instanceId };
    }
    const on = (one: Host, facts = FACTS) => {
      let change: Change | undefined;
      const record = async (made: Change) => {
        change = made;
      };
      return {
        start: async () => (await apply(PATCHING, session, one, facts, { recorded: change, record })).kind,
        end: () => handOver(PATCHING, session, change ?? assert.fail(), facts, record),
      };
    };
    /** Runs it to its end, as a responder does: what is not over comes again. */
    const ended = async (one: Host, facts = FACTS): Promise<string> => {
      const run = on(one, facts);
      const waits = (error: unknown) => error instanceof StepError && error.step === "deliver";
      let answer = await run.start().catch((error: unknown) => (waits(error) ? "waits" : Promise.reject(error)));
      while (answer === "waits") {
        await new Promise((settle) => setTimeout(settle, 20));
        answer = await run.end().then(
          () => "ended",
          (error: unknown) => (waits(error) ? "waits" : Promise.reject(error)),
        );
      }
      return answer;
    };
    const commands = async (InstanceId: string) =>
      (await ssm.listCommandInvocations({ InstanceId })).CommandInvocations?.length;

    it("is run once a day for a finding, however often it is asked for, and its end is told", async () => {
      const [good, bad] = [await host(), await host({ "sandbox:exit-code": "20" })];
      assert.match(await ended(good), /ended|changed/);
      assert.equal((await plan(PATCHING, session, good, FACTS)).kind, "nothing");
      assert.equal(await commands(good.instanceId), 1);
      const tomorrow = { ...FACTS, now: new Date("2026-11-24T00:00:00Z") };
      assert.match(await ended(good, tomorrow), /ended|changed/);
      assert.equal(await commands(good.instanceId), 2);
      await assert.rejects(ended(bad), (error) => {
        assert.ok(error instanceof StepError);
        assert.equal(error.step, "result");
        assert.match(error.message, /patches are still pending/);
        return true;
      });
    });

    it("leaves alone what is protected, stopped, gone, or another's", async () => {
      const kindOf = async (one: Host, facts = FACTS) => (await plan(PATCHING, session, one, facts)).kind;
      const marked = await host({ "bulwark:protected": "true" });
      assert.equal(await kindOf(marked), "protected");
      const stopped = await host();
      await ec2.stopInstances({ InstanceIds: [stopped.instanceId] });
      assert.equal(await kindOf(stopped), "refused");
      await ec2.terminateInstances({ InstanceIds: [stopped.instanceId] });
      assert.equal(await kindOf(stopped), "gone");
      const other = await host();
      assert.equal(await kindOf(other, { ...FACTS, untouchable: ["arn:aws:ec2:*:*:instance/*"] }), "refused");
      assert.equal(await kindOf(other), "change");
    });

    it("fails at the step whose right is missing, and no document but its own can be sent", async () => {
      const one = await host();
      const steps = {
        "ec2:DescribeInstances": "read",
        "ssm:DescribeInstanceInformation": "read",
        "ssm:ListCommandInvocations": "read",
        "ssm:SendCommand": "change",
      };
      for (const [action, step] of Object.entries(steps)) {
        await allow(action);
        await assert.rejects(on(one).start(), failsAt(step, action));
      }
      await allow();
      const another = hostRemediation(hostVirusScanRun);
      await assert.rejects(
        apply(another, session, one, FACTS, { record: async () => undefined }),
        failsAt("change", "ssm:SendCommand"),
      );
    });
  });
});
