import assert from "node:assert/strict";
import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { type AutomationExecution, SSM } from "@aws-sdk/client-ssm";
import { remediationPolicy, remediationTrust } from "../../programs/remediation-role.ts";
import { automationDocument, documentName } from "../../remediation/automation/document.ts";
import type { AutomationPlan } from "../../remediation/automation/plan.ts";
import { automationsOf } from "../../remediation/automations.ts";
import type { Manifest } from "../../remediation/manifest.ts";
import { baselineInputs } from "../programs/samples.ts";
import { assume, type RunningSandbox, runSandbox, until } from "../sandbox/running-sandbox.ts";
import { accessKey } from "./trials/access-key-deactivation.ts";
import { tokensRequired } from "./trials/ec2-imdsv2.ts";
import { keyRotation } from "./trials/kms-rotation.ts";
import { publicVolume } from "./trials/public-snapshots-ebs.ts";
import { publicDatabase } from "./trials/rds-public-access.ts";
import { accountBlock, bucketBlock } from "./trials/s3-public-access-block.ts";
import type { Scene, Trial } from "./trials/trial.ts";

const ACCOUNT = "100000000002";
const NAME = `BulwarkRemediation-`;

type Parameters = Readonly<Record<string, string>>;

const named = ({ finding }: Scene) => finding.Resources[0]?.Id ?? "";

/** A scene of the remediation's trial, and for what a document of it is started there. */
const RUNS: readonly {
  readonly trial: Trial;
  readonly variant?: string;
  of(scene: Scene, ec2: EC2): Promise<Parameters[]>;
}[] = [
  { trial: keyRotation, of: async (scene) => [{ KeyId: named(scene) }] },
  {
    trial: publicDatabase,
    of: async (scene) => [{ DBInstanceIdentifier: named(scene).split(":").at(-1) ?? "" }],
  },
  { trial: tokensRequired, of: async (scene) => [{ InstanceId: named(scene).split("/").at(-1) ?? "" }] },
  {
    trial: publicVolume,
    async of(_, ec2) {
      const { Snapshots = [] } = await ec2.describeSnapshots({ OwnerIds: ["self"], RestorableByUserIds: ["all"] });
      return Snapshots.map(({ SnapshotId = "" }) => ({ SnapshotId }));
    },
  },
  {
    trial: accessKey,
    async of({ finding, remediated }) {
      const { Details } = finding.Resources[0] as { Details: { AwsIamAccessKey: { PrincipalName: string } } };
      const [AccessKeyId = ""] = Object.keys(remediated as object);
      return [{ UserName: Details.AwsIamAccessKey.PrincipalName, AccessKeyId }];
    },
  },
  {
    trial: bucketBlock,
    variant: "Bucket",
    of: async (scene) => [{ BucketName: named(scene).split(":").at(-1) ?? "" }],
  },
  { trial: accountBlock, variant: "Account", of: async () => [{}] },
];

function planOf({ manifest }: Trial["remediation"], variant?: string): AutomationPlan {
  const found = automationsOf(manifest).find((each) => each.variant === variant);
  assert.ok(found, `${manifest.name} has no runbook`);
  return found;
}

describe("the runbook of a remediation", () => {
  let sandbox: RunningSandbox;
  let iam: IAM;
  let ssm: SSM;
  let ec2: EC2;
  const access = (region?: string) => sandbox.root(ACCOUNT, region);
  const place = { ...baselineInputs(), accountId: ACCOUNT };

  before(async () => {
    sandbox = await runSandbox();
    iam = new IAM(access());
    ssm = new SSM(access());
    ec2 = new EC2(access());
  });
  after(async () => {
    for (const client of [iam, ssm, ec2]) client?.destroy();
    await sandbox?.close();
  });

  /** The role as the baseline makes it, and the document; tells the document's name. `without` is an action that the role lacks. */
  async function deploy(manifest: Manifest, plan: AutomationPlan, without?: string): Promise<string> {
    const RoleName = `${NAME}${manifest.name}`;
    const AssumeRolePolicyDocument = JSON.stringify(remediationTrust(place, true));
    await iam.createRole({ RoleName, AssumeRolePolicyDocument }).catch((error: Error) => {
      if (!error.name.startsWith("EntityAlreadyExists")) throw error;
    });
    const { Statement, ...policy } = remediationPolicy(manifest, place);
    const narrowed = Statement.map((one) => ({
      ...one,
      Action: [one.Action ?? []].flat().filter((each) => each !== without),
    }));
    const PolicyDocument = JSON.stringify({ ...policy, Statement: narrowed.filter(({ Action }) => Action.length > 0) });
    await iam.putRolePolicy({ RoleName, PolicyName: "Remediation", PolicyDocument });
    const { name: Name, content } = automationDocument(manifest, plan, `arn:aws:iam::${ACCOUNT}:role/${RoleName}`);
    await ssm
      .createDocument({ Name, DocumentType: "Automation", Content: JSON.stringify(content) })
      .catch((error: Error) => {
        if (error.name !== "DocumentAlreadyExists") throw error;
      });
    return Name;
  }

  /** As Systems Manager takes parameters, of which there may be none. */
  function lists(parameters: Parameters): Record<string, string[]> | undefined {
    const given = Object.entries(parameters).map(([name, value]) => [name, [value]]);
    return given.length === 0 ? undefined : Object.fromEntries(given);
  }

  async function execute(DocumentName: string, parameters: Parameters): Promise<AutomationExecution> {
    const { AutomationExecutionId } = await ssm.startAutomationExecution({
      DocumentName,
      Parameters: lists(parameters),
    });
    const { AutomationExecution: done } = await until(
      () => ssm.getAutomationExecution({ AutomationExecutionId }),
      ({ AutomationExecution: seen }) => seen?.ExecutionEndTime !== undefined,
    );
    return done ?? {};
  }

  for (const { trial, variant, of } of RUNS) {
    const { manifest } = trial.remediation;
    const plan = planOf(trial.remediation, variant);
    it(`${documentName(manifest, plan)} is taken by Systems Manager and does as the role what the remediation does, twice alike`, async () => {
      const scene = await trial.arrange({ id: ACCOUNT, access }, `runbook${variant ?? ""}`.toLowerCase());
      const before = await scene.see();
      assert.notDeepEqual(before, scene.remediated);
      const name = await deploy(manifest, plan);
      const targets = await of(scene, ec2);
      assert.ok(targets.length > 0);
      for (const time of ["first", "again"]) {
        for (const target of targets) {
          const { AutomationExecutionStatus, FailureMessage, StepExecutions = [] } = await execute(name, target);
          assert.deepEqual(
            [time, AutomationExecutionStatus, StepExecutions.at(0)?.StepName],
            [time, "Success", "before"],
            FailureMessage,
          );
        }
        assert.deepEqual(await scene.see(), scene.remediated);
      }
    });
  }

  it("keeps what was before in its outputs, and fails at the step whose right the role lacks, with nothing changed", async () => {
    const { manifest } = bucketBlock.remediation;
    const plan = planOf(bucketBlock.remediation, "Bucket");
    const scene = await bucketBlock.arrange({ id: ACCOUNT, access }, "denied");
    const before = await scene.see();
    const name = await deploy(manifest, plan, "s3:PutBucketPublicAccessBlock");
    const failed = await execute(name, { BucketName: "statements-denied" });
    assert.equal(failed.AutomationExecutionStatus, "Failed");
    assert.match(
      failed.FailureMessage ?? "",
      /An error occurred \(AccessDenied\) when calling the PutPublicAccessBlock/,
    );
    assert.deepEqual(JSON.parse(failed.Outputs?.["before.Block"]?.[0] ?? ""), before);
    assert.deepEqual(
      failed.StepExecutions?.map(({ StepStatus }) => StepStatus),
      ["Success", "Failed", "Pending", "Pending", "Pending", "Pending"],
    );
    assert.deepEqual(await scene.see(), before);
    await deploy(manifest, plan);
    assert.equal((await execute(name, { BucketName: "statements-denied" })).AutomationExecutionStatus, "Success");
    assert.deepEqual(await scene.see(), scene.remediated);
  });

  it("is started by nobody who may not pass its role, and works as no role that does not trust Systems Manager", async () => {
    const { manifest } = keyRotation.remediation;
    const name = await deploy(manifest, planOf(keyRotation.remediation));
    const Parameters = lists({ KeyId: "11111111-2222-3333-4444-555555555555" });
    const trust = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: ACCOUNT }, Action: "sts:AssumeRole" }],
    };
    await iam.createRole({ RoleName: "Operator", AssumeRolePolicyDocument: JSON.stringify(trust) });
    const start = {
      Effect: "Allow",
      Action: "ssm:StartAutomationExecution",
      Resource: `arn:aws:ssm:*:${ACCOUNT}:automation-definition/Bulwark-*`,
    };
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [start] });
    await iam.putRolePolicy({ RoleName: "Operator", PolicyName: "Start", PolicyDocument });
    const operator = new SSM(await assume(sandbox, ACCOUNT, ACCOUNT, "Operator"));
    await assert.rejects(operator.startAutomationExecution({ DocumentName: name, Parameters }), /iam:PassRole/);
    operator.destroy();
    const AutomationAssumeRole = [`arn:aws:iam::${ACCOUNT}:role/Operator`];
    await assert.rejects(
      ssm.startAutomationExecution({ DocumentName: name, Parameters: { ...Parameters, AutomationAssumeRole } }),
      { name: "InvalidAutomationExecutionParametersException", message: /assume role is unable to be assumed/ },
    );
    await assert.rejects(
      ssm.startAutomationExecution({ DocumentName: name, Parameters: lists({ KeyId: "all of them" }) }),
      {
        name: "InvalidAutomationExecutionParametersException",
      },
    );
  });

  it("is refused where a step needs what the remediation's role may not do, or leads nowhere", () => {
    const { manifest } = keyRotation.remediation;
    const [plan] = automationsOf(manifest) as [AutomationPlan];
    const [first] = plan.steps;
    const call = { right: "kms:ScheduleKeyDeletion", service: "kms", api: "ScheduleKeyDeletion" };
    const made = (steps: AutomationPlan["steps"]) => automationDocument(manifest, { ...plan, steps }, "role");
    assert.throws(() => made([first, { name: "delete", kind: "change", call }]), /needs kms:ScheduleKeyDeletion/);
    assert.throws(() => made([{ ...first, next: "nowhere" }]), /nowhere, which is no step/);
  });
});
