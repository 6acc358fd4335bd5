import assert from "node:assert/strict";
import { ConfigService } from "@aws-sdk/client-config-service";
import { IAM } from "@aws-sdk/client-iam";
import { Organizations } from "@aws-sdk/client-organizations";
import { assume, type RunningSandbox, runSandbox } from "./running-sandbox.ts";

const [MANAGEMENT, SECURITY, MEMBER, OUTSIDER] = ["111111111111", "222222222222", "100000000001", "555555555555"];
const PRINCIPAL = "config.amazonaws.com";

describe("AWS Config aggregators in the sandbox", () => {
  let sandbox: RunningSandbox;
  const clients: { destroy(): void }[] = [];

  const as = (account: string, region?: string) => {
    const client = new ConfigService({ ...sandbox.root(account, region), maxAttempts: 1 });
    clients.push(client);
    return client;
  };
  const whole = (client: ConfigService, account: string, name = "organization") =>
    client.putConfigurationAggregator({
      ConfigurationAggregatorName: name,
      OrganizationAggregationSource: { RoleArn: `arn:aws:iam::${account}:role/aggregate`, AllAwsRegions: true },
    });
  const ofAccounts = (client: ConfigService, AccountIds: string[], name = "accounts") =>
    client.putConfigurationAggregator({
      ConfigurationAggregatorName: name,
      AccountAggregationSources: [{ AccountIds, AwsRegions: ["us-east-1"] }],
      Tags: [{ Key: "owner", Value: "security" }],
    });
  const statusOf = async (client: ConfigService, ConfigurationAggregatorName: string) =>
    (await client.describeConfigurationAggregatorSourcesStatus({ ConfigurationAggregatorName }))
      .AggregatedSourceStatusList ?? [];

  before(async () => {
    sandbox = await runSandbox();
  });

  after(async () => {
    for (const client of clients) client.destroy();
    await sandbox?.close();
  });

  it("of accounts are made, changed, told and deleted, each in its region", async () => {
    const config = as(SECURITY);
    const { ConfigurationAggregator: made } = await ofAccounts(config, [MEMBER]);
    assert.match(made?.ConfigurationAggregatorArn ?? "", /:config-aggregator\/config-aggregator-[a-z\d]{8}$/);
    assert.deepEqual(made?.AccountAggregationSources, [
      { AccountIds: [MEMBER], AwsRegions: ["us-east-1"], AllAwsRegions: false },
    ]);
    const { ConfigurationAggregator: changed } = await ofAccounts(config, [MEMBER, SECURITY]);
    assert.equal(changed?.ConfigurationAggregatorArn, made?.ConfigurationAggregatorArn);
    const ResourceArn = made?.ConfigurationAggregatorArn ?? "";
    assert.deepEqual((await config.listTagsForResource({ ResourceArn })).Tags, [{ Key: "owner", Value: "security" }]);

    assert.deepEqual(
      (await as(SECURITY, "us-west-2").describeConfigurationAggregators({})).ConfigurationAggregators,
      [],
    );
    const name = { ConfigurationAggregatorName: "accounts" };
    await config.deleteConfigurationAggregator(name);
    const gone = { name: "NoSuchConfigurationAggregatorException" };
    await assert.rejects(config.deleteConfigurationAggregator(name), gone);
    await assert.rejects(config.describeConfigurationAggregators({ ConfigurationAggregatorNames: ["accounts"] }), gone);
    await assert.rejects(statusOf(config, "accounts"), gone);
  });

  it("have one source, with all regions or some", async () => {
    const config = as(SECURITY);
    const accounts = { AccountIds: [MEMBER] };
    const some = { ...accounts, AwsRegions: ["us-east-1"] };
    const organization = { RoleArn: `arn:aws:iam::${SECURITY}:role/aggregate`, AllAwsRegions: true };
    for (const wrong of [
      {},
      { AccountAggregationSources: [some], OrganizationAggregationSource: organization },
      { AccountAggregationSources: [accounts] },
      { AccountAggregationSources: [{ ...some, AllAwsRegions: true }] },
    ]) {
      await assert.rejects(config.putConfigurationAggregator({ ConfigurationAggregatorName: "wrong", ...wrong }), {
        name: "InvalidParameterValueException",
      });
    }
    await ofAccounts(as(MANAGEMENT), [MEMBER], "kind");
    await assert.rejects(whole(as(MANAGEMENT), MANAGEMENT, "kind"), { message: /cannot change the source type/ });
  });

  it("of the organization are the management account's and a delegated administrator's", async () => {
    const organizations = new Organizations(sandbox.root(MANAGEMENT));
    clients.push(organizations);
    const denied = { name: "OrganizationAccessDeniedException" };
    await assert.rejects(whole(as(SECURITY), SECURITY), denied);
    await assert.rejects(whole(as(OUTSIDER), OUTSIDER), denied);
    await assert.rejects(
      as(MANAGEMENT).putConfigurationAggregator({
        ConfigurationAggregatorName: "organization",
        OrganizationAggregationSource: { RoleArn: "aggregate", AllAwsRegions: true },
      }),
      { name: "InvalidRoleException" },
    );

    await whole(as(MANAGEMENT), MANAGEMENT);
    const { EnabledServicePrincipals = [] } = await organizations.listAWSServiceAccessForOrganization({});
    assert.ok(EnabledServicePrincipals.some(({ ServicePrincipal }) => ServicePrincipal === PRINCIPAL));
    await assert.rejects(whole(as(SECURITY), SECURITY), denied);
    await organizations.registerDelegatedAdministrator({ AccountId: SECURITY, ServicePrincipal: PRINCIPAL });
    await whole(as(SECURITY), SECURITY);
    const [own] = await statusOf(as(SECURITY), "organization");
    assert.deepEqual([own?.SourceType, own?.LastUpdateStatus], ["ORGANIZATION", "SUCCEEDED"]);
  });

  it("collect where their account is authorized", async () => {
    const [security, member] = [as(SECURITY), as(MEMBER)];
    await ofAccounts(security, [MEMBER], "authorized");
    const [before] = await statusOf(security, "authorized");
    assert.deepEqual(
      [before?.LastUpdateStatus, /not authorized/.test(before?.LastErrorMessage ?? "")],
      ["FAILED", true],
    );

    const grant = { AuthorizedAccountId: SECURITY, AuthorizedAwsRegion: "us-east-1" };
    const { AggregationAuthorization: made } = await member.putAggregationAuthorization({
      ...grant,
      Tags: [{ Key: "a", Value: "b" }],
    });
    const ResourceArn = `arn:aws:config:us-east-1:${MEMBER}:aggregation-authorization/${SECURITY}/us-east-1`;
    assert.equal(made?.AggregationAuthorizationArn, ResourceArn);
    assert.deepEqual((await member.listTagsForResource({ ResourceArn })).Tags, [{ Key: "a", Value: "b" }]);
    const again = await member.putAggregationAuthorization(grant);
    assert.deepEqual(again.AggregationAuthorization, made);
    const [unrecorded] = await statusOf(security, "authorized");
    assert.match(unrecorded?.LastErrorMessage ?? "", /not recording/);

    assert.equal((await member.describeAggregationAuthorizations({})).AggregationAuthorizations?.length, 1);
    assert.deepEqual(
      (await as(MEMBER, "us-west-2").describeAggregationAuthorizations({})).AggregationAuthorizations,
      [],
    );
    await member.deleteAggregationAuthorization(grant);
    await member.deleteAggregationAuthorization(grant);
    assert.deepEqual((await member.describeAggregationAuthorizations({})).AggregationAuthorizations, []);
  });

  it("of the organization are made by who may pass their role", async () => {
    const iam = new IAM(sandbox.root(MANAGEMENT));
    clients.push(iam);
    const document = (statement: object) =>
      JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", ...statement } });
    const trust = { Principal: { AWS: `arn:aws:iam::${MANAGEMENT}:root` }, Action: "sts:AssumeRole" };
    await iam.createRole({ RoleName: "aggregating", AssumeRolePolicyDocument: document(trust) });
    const allow = (Action: string[]) =>
      iam.putRolePolicy({
        RoleName: "aggregating",
        PolicyName: "put",
        PolicyDocument: document({ Action, Resource: "*" }),
      });
    await allow(["config:PutConfigurationAggregator"]);
    const session = { ...(await assume(sandbox, MANAGEMENT, MANAGEMENT, "aggregating")), maxAttempts: 1 };
    const config = new ConfigService(session);
    clients.push(config);
    const denied = { name: "AccessDeniedException", message: /iam:PassRole/ };
    await assert.rejects(whole(config, MANAGEMENT, "passed"), denied);
    await ofAccounts(config, [MEMBER], "unpassed");
    await allow(["config:PutConfigurationAggregator", "iam:PassRole"]);
    await whole(config, MANAGEMENT, "passed");
    const name = { ConfigurationAggregatorName: "passed" };
    await assert.rejects(config.deleteConfigurationAggregator(name), { name: "AccessDeniedException" });
  });
});
