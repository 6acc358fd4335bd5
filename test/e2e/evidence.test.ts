import assert from "node:assert/strict";
import {
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeleteRolePermissionsBoundaryCommand,
  IAMClient,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { type Environment, organization } from "./environment.ts";
import { asService, assume, deploymentRole, refusal, type SessionAccess } from "./sessions.ts";

const logArchive = "333333333333";
const boundary = `arn:aws:iam::${logArchive}:policy/BulwarkDeploymentBoundary`;
const everything = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});
const evidence = { Bucket: "bulwark-evidence-333333333333-us-east-1", Key: "audit/end-to-end.json" };

describe("evidence in the log archive", function () {
  this.timeout(600_000);
  let environment: Environment;
  let role: SessionAccess;
  let VersionId: string | undefined;

  before("an auditor's export is there, and Bulwark's own role is assumed", async () => {
    environment = await organization();
    role = await deploymentRole(environment, logArchive);
    const s3 = new S3Client({ ...environment.root(logArchive), forcePathStyle: true });
    ({ VersionId } = await s3.send(new PutObjectCommand({ ...evidence, Body: "{}" })));
    assert.ok(VersionId);
  });

  it("is encrypted, and refused to who comes without TLS", async () => {
    const s3 = new S3Client({ ...environment.root(logArchive), forcePathStyle: true });
    const { ServerSideEncryption } = await s3.send(new HeadObjectCommand(evidence));
    assert.equal(ServerSideEncryption, "aws:kms");
    // The sandbox counts as TLS unless a client says otherwise.
    s3.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers["x-forwarded-proto"] = "http";
        return next(args);
      },
      { step: "build" },
    );
    assert.equal(await refusal(s3.send(new GetObjectCommand(evidence))), "AccessDenied");
  });

  it("can't be deleted by Bulwark's own role: neither an object nor its version", async () => {
    const s3 = new S3Client({ ...role, forcePathStyle: true });
    assert.equal(await refusal(s3.send(new DeleteObjectCommand(evidence))), "AccessDenied");
    assert.equal(await refusal(s3.send(new DeleteObjectCommand({ ...evidence, VersionId }))), "AccessDenied");
  });

  it("can't be lost with its bucket, its policy, or by a lifecycle rule of Bulwark's own role", async () => {
    const s3 = new S3Client({ ...role, forcePathStyle: true });
    const { Bucket } = evidence;
    assert.equal(await refusal(s3.send(new DeleteBucketCommand({ Bucket }))), "AccessDenied");
    assert.equal(await refusal(s3.send(new DeleteBucketPolicyCommand({ Bucket }))), "AccessDenied");
    const expire = new PutBucketLifecycleConfigurationCommand({
      Bucket,
      LifecycleConfiguration: {
        Rules: [{ ID: "gone", Status: "Enabled", Filter: { Prefix: "" }, Expiration: { Days: 1 } }],
      },
    });
    assert.equal(await refusal(s3.send(expire)), "AccessDenied");
  });

  it("is out of reach of the management role as well: it can't enter the log archive", async () => {
    const managing = await assume(asService(environment), "111111111111", "BulwarkManagement");
    assert.equal(await refusal(assume(managing, logArchive, "OrganizationAccountAccessRole")), "AccessDenied");
    assert.equal(await refusal(assume(managing, "222222222222", "OrganizationAccountAccessRole")), "AccessDenied");
  });

  it("stays so: the role can't loosen its boundary, its policy or its trust", async () => {
    const iam = new IAMClient(role);
    const RoleName = "BulwarkDeployment";
    const attempts = [
      () => iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName })),
      () =>
        iam.send(
          new PutRolePermissionsBoundaryCommand({
            RoleName,
            PermissionsBoundary: "arn:aws:iam::aws:policy/AdministratorAccess",
          }),
        ),
      () =>
        iam.send(
          new CreatePolicyVersionCommand({ PolicyArn: boundary, PolicyDocument: everything, SetAsDefault: true }),
        ),
      () => iam.send(new DeletePolicyCommand({ PolicyArn: boundary })),
      () => iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "Bulwark", PolicyDocument: everything })),
      () => iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: everything })),
    ];
    for (const attempt of attempts) assert.match(await refusal(attempt()), /^AccessDenied(Exception)?$/);
  });

  it("is still there after all that", async () => {
    const s3 = new S3Client({ ...environment.root(logArchive), forcePathStyle: true });
    const found = await s3.send(new HeadObjectCommand({ ...evidence, VersionId }));
    assert.equal(found.VersionId, VersionId);
  });
});
