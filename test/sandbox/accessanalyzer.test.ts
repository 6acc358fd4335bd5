import assert from "node:assert/strict";
import {
  AccessAnalyzerClient,
  CreateAnalyzerCommand,
  CreateArchiveRuleCommand,
  DeleteAnalyzerCommand,
  DeleteArchiveRuleCommand,
  GetAnalyzerCommand,
  GetArchiveRuleCommand,
  ListAnalyzersCommand,
  ListArchiveRulesCommand,
  ListFindingsCommand,
  ListFindingsV2Command,
  ListTagsForResourceCommand,
  TagResourceCommand,
  type Type,
  UntagResourceCommand,
  UpdateAnalyzerCommand,
  UpdateArchiveRuleCommand,
} from "@aws-sdk/client-accessanalyzer";
import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  DeregisterDelegatedAdministratorCommand,
  EnableAWSServiceAccessCommand,
  OrganizationsClient,
  RegisterDelegatedAdministratorCommand,
} from "@aws-sdk/client-organizations";
import { type RunningSandbox, runSandbox, until } from "./running-sandbox.ts";

const MANAGEMENT = "111111111111";
const SECURITY = "222222222222";
const MEMBER = "100000000001";
const ServicePrincipal = "access-analyzer.amazonaws.com";

describe("IAM Access Analyzer in the sandbox", () => {
  let sandbox: RunningSandbox;
  let organizations: OrganizationsClient;
  const as = (accountId: string, region?: string) => new AccessAnalyzerClient(sandbox.root(accountId, region));
  const create = (accountId: string, analyzerName: string, type: Type, region?: string) =>
    as(accountId, region).send(new CreateAnalyzerCommand({ analyzerName, type }));
  const get = async (accountId: string, analyzerName: string) =>
    (await as(accountId).send(new GetAnalyzerCommand({ analyzerName }))).analyzer;

  before(async () => {
    sandbox = await runSandbox();
    organizations = new OrganizationsClient(sandbox.root(MANAGEMENT));
  });
  after(() => sandbox.close());

  it("creates an account's analyzer, one of a type in a region, with the service-linked role", async () => {
    const { arn } = await create(MEMBER, "external", "ACCOUNT");
    assert.equal(arn, `arn:aws:access-analyzer:us-east-1:${MEMBER}:analyzer/external`);
    const analyzer = await get(MEMBER, "external");
    assert.equal(analyzer?.status, "ACTIVE");
    assert.equal(analyzer.type, "ACCOUNT");
    assert.ok(analyzer.createdAt instanceof Date);
    await assert.rejects(create(MEMBER, "external", "ACCOUNT"), { name: "ConflictException" });
    await assert.rejects(create(MEMBER, "second", "ACCOUNT"), { name: "ServiceQuotaExceededException" });
    await create(MEMBER, "external", "ACCOUNT", "us-west-2");
    await create(MEMBER, "unused", "ACCOUNT_UNUSED_ACCESS");
    const role = await new IAMClient(sandbox.root(MEMBER)).send(
      new GetRoleCommand({ RoleName: "AWSServiceRoleForAccessAnalyzer" }),
    );
    assert.equal(role.Role?.Path, `/aws-service-role/${ServicePrincipal}/`);
  });

  it("refuses a name that breaks the pattern of the API", async () => {
    for (const name of ["1bad", "no spaces"]) {
      await assert.rejects(create(MEMBER, name, "ACCOUNT", "us-east-2"), {
        name: "ValidationException",
        message: /'analyzerName' failed to satisfy constraint: Member must satisfy regular expression pattern/,
      });
    }
  });

  it("answers a repeated request as the first one", async () => {
    const input = { analyzerName: "again", type: "ACCOUNT", clientToken: "token-1" } as const;
    const first = await as("100000000002").send(new CreateAnalyzerCommand(input));
    const second = await as("100000000002").send(new CreateAnalyzerCommand(input));
    assert.equal(second.arn, first.arn);
  });

  it("keeps an unused access analyzer's configuration, and refuses one for external access", async () => {
    const analyzer = await get(MEMBER, "unused");
    assert.deepEqual(analyzer?.configuration, { unusedAccess: { unusedAccessAge: 90 } });
    const update = (analyzerName: string, unusedAccessAge: number) =>
      as(MEMBER).send(
        new UpdateAnalyzerCommand({ analyzerName, configuration: { unusedAccess: { unusedAccessAge } } }),
      );
    await update("unused", 30);
    assert.deepEqual((await get(MEMBER, "unused"))?.configuration, { unusedAccess: { unusedAccessAge: 30 } });
    await assert.rejects(update("unused", 0), { name: "ValidationException" });
    await assert.rejects(update("external", 30), { name: "ValidationException" });
    const { analyzers } = await as(MEMBER).send(new ListAnalyzersCommand({ type: "ACCOUNT_UNUSED_ACCESS" }));
    assert.deepEqual(
      analyzers?.map(({ name, configuration }) => [name, configuration]),
      [["unused", undefined]],
    );
  });

  it("creates the organization's analyzer for its administrators alone, after trusted access", async () => {
    await assert.rejects(create(SECURITY, "organization", "ORGANIZATION"), {
      name: "ValidationException",
      message: "Service not enabled for AWS Organizations",
    });
    await organizations.send(new EnableAWSServiceAccessCommand({ ServicePrincipal }));
    await assert.rejects(create(SECURITY, "organization", "ORGANIZATION"), {
      name: "AccessDeniedException",
      message: `Account ${SECURITY} is not a delegated administrator`,
    });
    await organizations.send(new RegisterDelegatedAdministratorCommand({ AccountId: SECURITY, ServicePrincipal }));
    await create(SECURITY, "organization", "ORGANIZATION");
    await create(MANAGEMENT, "organization", "ORGANIZATION");
    for (const accountId of [SECURITY, MANAGEMENT]) {
      await until(
        () => get(accountId, "organization"),
        (analyzer) => analyzer?.status === "ACTIVE",
      );
    }
  });

  it("disables the organization's analyzer when its account is no administrator any more", async () => {
    await organizations.send(new DeregisterDelegatedAdministratorCommand({ AccountId: SECURITY, ServicePrincipal }));
    const analyzer = await get(SECURITY, "organization");
    assert.equal(analyzer?.status, "DISABLED");
    assert.equal(analyzer.statusReason?.code, "DELEGATED_ADMINISTRATOR_DEREGISTERED");
    assert.equal((await get(MANAGEMENT, "organization"))?.status, "ACTIVE");
  });

  it("keeps archive rules and tags", async () => {
    const client = as(MEMBER);
    const rule = { analyzerName: "external", ruleName: "partners" };
    const filter = { "principal.AWS": { contains: ["123456789012"] } };
    await client.send(new CreateArchiveRuleCommand({ ...rule, filter }));
    await assert.rejects(client.send(new CreateArchiveRuleCommand({ ...rule, filter })), { name: "ConflictException" });
    await client.send(new UpdateArchiveRuleCommand({ ...rule, filter: { isPublic: { eq: ["false"] } } }));
    const { archiveRule } = await client.send(new GetArchiveRuleCommand(rule));
    assert.deepEqual(archiveRule?.filter, { isPublic: { eq: ["false"] } });
    await client.send(new DeleteArchiveRuleCommand(rule));
    const { archiveRules } = await client.send(new ListArchiveRulesCommand({ analyzerName: "external" }));
    assert.deepEqual(archiveRules, []);

    const resourceArn = (await get(MEMBER, "external"))?.arn ?? "";
    await client.send(new TagResourceCommand({ resourceArn, tags: { owner: "clearing", tier: "1" } }));
    await client.send(new UntagResourceCommand({ resourceArn, tagKeys: ["tier"] }));
    const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn }));
    assert.deepEqual(tags, { owner: "clearing" });
  });

  it("has found nothing, and says so for analyzers that exist", async () => {
    const analyzerArn = (await get(MEMBER, "external"))?.arn;
    assert.deepEqual((await as(MEMBER).send(new ListFindingsCommand({ analyzerArn }))).findings, []);
    assert.deepEqual((await as(MEMBER).send(new ListFindingsV2Command({ analyzerArn }))).findings, []);
    await assert.rejects(as(SECURITY).send(new ListFindingsCommand({ analyzerArn })), {
      name: "ResourceNotFoundException",
    });
  });

  it("deletes an analyzer", async () => {
    await as(MEMBER).send(new DeleteAnalyzerCommand({ analyzerName: "external" }));
    await assert.rejects(get(MEMBER, "external"), { name: "ResourceNotFoundException" });
    await create(MEMBER, "external", "ACCOUNT");
  });
});
