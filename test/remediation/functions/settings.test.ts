import assert from "node:assert/strict";
import { Organizations } from "@aws-sdk/client-organizations";
import { SSM } from "@aws-sdk/client-ssm";
import { functionLog } from "../../../remediation/functions/log.ts";
import { organization } from "../../../remediation/functions/organization.ts";
import { parameters } from "../../../remediation/functions/parameters.ts";
import { type SettingsReader, settingsReader } from "../../../remediation/functions/response-settings.ts";
import { type RunningSandbox, runSandbox } from "../../sandbox/running-sandbox.ts";

const MANAGEMENT = "111111111111";
const SECURITY = "222222222222";
const MEMBER = "100000000001";
const OUTSIDE = "999999999999";
const MINUTE = 60_000;
const FREEZE = {
  organizationalUnit: "ou-bulw-prod00001",
  from: "2026-03-01T00:00:00Z",
  until: "2026-03-02T00:00:00Z",
  reason: "clearing run",
};

describe("the settings of the response, as they are read", () => {
  let sandbox: RunningSandbox;
  let ssm: SSM;
  let organizations: Organizations;
  let time: number;
  let reader: SettingsReader;
  const said: string[] = [];

  before(async () => {
    sandbox = await runSandbox();
    ssm = new SSM(sandbox.root(SECURITY));
    organizations = new Organizations(sandbox.root(MANAGEMENT));
  });
  after(async () => {
    ssm?.destroy();
    organizations?.destroy();
    await sandbox?.close();
  });
  beforeEach(async () => {
    time = Date.parse("2026-03-01T12:00:00Z");
    said.length = 0;
    const { Parameters = [] } = await ssm.getParametersByPath({ Path: "/bulwark", Recursive: true });
    for (const { Name } of Parameters) await ssm.deleteParameter({ Name });
    reader = readerOf();
  });
  const readerOf = () => {
    const now = () => new Date(time);
    return settingsReader({
      parameters: parameters(ssm, now),
      organization: organization(organizations, now),
      organizationId: "o-abcdefghij",
      account: SECURITY,
      path: "/bulwark/response",
      accountPath: "/bulwark/remediation-modes",
      now,
      log: functionLog("test", (line) => said.push(line)),
    });
  };
  const put = (name: string, value: unknown) =>
    ssm.putParameter({
      Name: `/bulwark/${name}`,
      Value: typeof value === "string" ? value : JSON.stringify(value),
      Type: "String",
      Overwrite: true,
    });

  it("have the defaults of the contract, and nothing of what is not set", async () => {
    await put("response/policy", {});
    const settings = await reader.settings(MEMBER);
    assert.ok(settings !== undefined);
    const { killed, modes, accounts, units, caps, attempts, tellFrom, freezes, acceptedRisks } = settings;
    assert.deepEqual(
      { killed, modes, accounts, units, caps, attempts, tellFrom, freezes, acceptedRisks },
      {
        killed: false,
        modes: {},
        accounts: { [MEMBER]: {} },
        units: { [MEMBER]: [] },
        caps: { account: 20, control: 50, action: 20 },
        attempts: 3,
        tellFrom: "HIGH",
        freezes: [],
        acceptedRisks: [],
      },
    );
    assert.deepEqual(await reader.account(MEMBER), {
      ...{ owner: null, environment: null, units: ["ou-bulw-prod00001", "r-bulw"] },
    });
  });

  it("tell of an account what its baseline says, and the units above it where a freeze asks for them", async () => {
    await put("response/policy", { freezes: [FREEZE], partnerAccounts: [OUTSIDE] });
    const remediations = { "s3-tls-only": { atLeast: "ask" }, "kms-rotation": { offUntil: "2026-04-01T00:00:00Z" } };
    await put(`remediation-modes/${MEMBER}`, { owner: "clearing", environment: "prod", remediations });
    const settings = await reader.settings(MEMBER);
    assert.deepEqual(settings?.accounts, { [MEMBER]: remediations });
    assert.deepEqual(settings?.units, { [MEMBER]: ["ou-bulw-prod00001", "r-bulw"] });
    assert.deepEqual(await reader.account(MEMBER), {
      ...{ owner: "clearing", environment: "prod", units: ["ou-bulw-prod00001", "r-bulw"] },
    });
    assert.deepEqual((await reader.account(OUTSIDE)).units, [], "none of the organization");
    assert.deepEqual((await reader.settings(OUTSIDE))?.units, {});
    assert.deepEqual((await reader.settings(undefined))?.units, {});
    const { organizationAccounts, organizationId, partnerAccounts } = await reader.facts();
    assert.deepEqual([organizationId, partnerAccounts], ["o-abcdefghij", [OUTSIDE]]);
    assert.ok(organizationAccounts.includes(MEMBER) && !organizationAccounts.includes(OUTSIDE));
  });

  it("go by what the nearest unit above an account says, and else by what the organization does", async () => {
    const units = [
      { organizationalUnit: "ou-bulw-prod00001", modes: { "s3-tls-only": "ask" } },
      { organizationalUnit: "r-bulw", modes: { "s3-tls-only": "automatic", "kms-rotation": "alert" } },
    ];
    await put("response/policy", { modes: { "kms-rotation": "off", "ec2-imdsv2": "automatic" }, units });
    const of = async (account: string) => (await reader.settings(account))?.modes;
    assert.deepEqual(await of(MEMBER), { "s3-tls-only": "ask", "kms-rotation": "alert", "ec2-imdsv2": "automatic" });
    assert.deepEqual(await of(SECURITY), {
      ...{ "s3-tls-only": "automatic", "kms-rotation": "alert", "ec2-imdsv2": "automatic" },
    });
    assert.deepEqual(await of(OUTSIDE), { "kms-rotation": "off", "ec2-imdsv2": "automatic" });
  });

  it("protect Bulwark's own and what the policy names, for decisions and for remediations alike", async () => {
    const breakGlass = "arn:aws:iam::*:role/BreakGlass*";
    await put("response/policy", { protected: [breakGlass] });
    const { untouchable } = await reader.facts();
    assert.deepEqual((await reader.settings(MEMBER))?.protected, untouchable);
    assert.ok(untouchable.includes(breakGlass) && untouchable.includes("arn:*:iam::*:role/Bulwark*"));
  });

  it("know the kill switch within a minute", async () => {
    await put("response/policy", {});
    assert.equal((await reader.settings(MEMBER))?.killed, false);
    await put("response/kill-switch", { on: true, reason: "drill", by: "Ann", at: "2026-03-01T12:00:00Z" });
    time += MINUTE;
    assert.equal((await reader.settings(MEMBER))?.killed, true);
  });

  it("are not known, and let nothing be changed, where any of them is missing, wrong or can't be read", async () => {
    const good = { policy: {}, "kill-switch": { on: false, reason: "", by: "", at: "2026-03-01T12:00:00Z" } };
    const all = { [`remediation-modes/${MEMBER}`]: {}, "response/policy": good.policy };
    const wrong: readonly (readonly [string, unknown, RegExp])[] = [
      ["response/policy", undefined, /policy: there is none/],
      ["response/policy", "{", /policy/],
      ["response/policy", { mode: {} }, /mode/],
      ["response/policy", { modes: { "s3-tls-only": "always" } }, /s3-tls-only/],
      ["response/policy", { freezes: [{ ...FREEZE, until: "soon" }] }, /until/],
      [
        "response/policy",
        { acceptedRisks: [{ expires: "2027-01-01T00:00:00Z", reason: "x" }] },
        /a risk of everything/,
      ],
      ["response/policy", { protected: ["*"] }, /at protected\[0\]/],
      ["response/kill-switch", "on", /kill-switch/],
      ["response/kill-switch", { on: "yes" }, /kill-switch/],
      [`remediation-modes/${MEMBER}`, { remediations: { x: { mode: "off" } } }, /remediation-modes/],
    ];
    for (const [name, value, reason] of wrong) {
      for (const [one, of] of Object.entries(all)) await put(one, of);
      await ssm.deleteParameter({ Name: "/bulwark/response/kill-switch" }).catch(() => undefined);
      if (value === undefined) await ssm.deleteParameter({ Name: `/bulwark/${name}` });
      else await put(name, value);
      time += MINUTE;
      said.length = 0;
      assert.equal(await reader.settings(MEMBER), undefined, name);
      assert.match(said.join(), reason);
    }
    for (const [one, of] of Object.entries(all)) await put(one, of);
    await ssm.deleteParameter({ Name: "/bulwark/response/kill-switch" }).catch(() => undefined);
    const stranger = { ...sandbox.root(SECURITY), credentials: { accessKeyId: "AKIANOBODY", secretAccessKey: "none" } };
    ssm.destroy();
    ssm = new SSM(stranger);
    assert.equal(await readerOf().settings(MEMBER), undefined);
    assert.match(said.at(-1) ?? "", /reading the parameter \/bulwark\//);
  });
});
