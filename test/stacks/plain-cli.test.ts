import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import fc from "fast-check";
import type { StackInputs } from "../../programs/inputs.ts";
import {
  accountsReachedBy,
  type PlainCliSettings,
  preparePlainCli,
  roleProfiles,
  shellLines,
  stackConfigDir,
} from "../../stacks/plain-cli.ts";
import { type Installation, install } from "./probe/installation.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

describe("the plain CLI's settings", () => {
  it("reach a POSIX shell as they are, whatever is in them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "grapheme", maxLength: 40 }).filter((text) => !text.includes("\0")),
        async (value) => {
          const { stdout } = await run("sh", [
            "-c",
            `eval "$1"; printf %s "$BULWARK_VALUE"`,
            "sh",
            shellLines({ BULWARK_VALUE: value }),
          ]);
          assert.equal(stdout, value);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("take away what would override them", async () => {
    const lines = shellLines({ A: undefined, B: "2" });
    const { stdout } = await run("sh", ["-c", `A=1; eval "$1"; printf %s "\${A-unset} $B"`, "sh", lines]);
    assert.equal(stdout, "unset 2");
  });

  it("have one profile for each account, under the role that the service takes too", () => {
    const common = {
      partition: "aws-us-gov",
      accounts: { management: "111111111111", security: "222222222222", logArchive: "333333333333" },
      roles: { management: "BulwarkManagement", deployment: "BulwarkDeployment" },
    };
    const documents = [
      { ...common, kind: "admin" },
      { ...common, kind: "baseline", accountId: "100000000001" },
    ] as unknown as StackInputs[];
    const accounts = accountsReachedBy(documents);
    assert.deepEqual(
      accounts.map(({ roleArn }) => roleArn),
      [
        "arn:aws-us-gov:iam::111111111111:role/BulwarkManagement",
        "arn:aws-us-gov:iam::222222222222:role/BulwarkDeployment",
        "arn:aws-us-gov:iam::333333333333:role/BulwarkDeployment",
        "arn:aws-us-gov:iam::100000000001:role/BulwarkDeployment",
      ],
    );
    const text = roleProfiles(accounts.slice(3), { region: "us-gov-west-1", source: { from: "Environment" } });
    assert.equal(
      text,
      "[profile bulwark-100000000001]\nrole_arn = arn:aws-us-gov:iam::100000000001:role/BulwarkDeployment\ncredential_source = Environment\nrole_session_name = plain-cli\nregion = us-gov-west-1\n",
    );
  });
});

describe("a plain pulumi preview in the checkout", () => {
  let at: Installation;
  let settings: PlainCliSettings;
  const items = { one: { value: 1, token: "marker-of-a-secret" }, "two-us-west-2": { value: 2 } };

  before(async () => {
    at = await install();
    // A checkout like this one, with the probe's programs in the place of the real ones.
    const repository = join(at.folder, "checkout");
    await mkdir(join(repository, "programs"), { recursive: true });
    await copyFile(join(ROOT, "Pulumi.yaml"), join(repository, "Pulumi.yaml"));
    await copyFile(join(ROOT, "programs/index.ts"), join(repository, "programs/index.ts"));
    await writeFile(
      join(repository, "programs/program.ts"),
      `export { programFor } from "${ROOT}test/stacks/probe/program.ts";\n`,
    );
    await copyFile(join(ROOT, "package.json"), join(repository, "package.json"));
    await symlink(join(ROOT, "node_modules"), join(repository, "node_modules"));
    const { pulumiRoot, pulumiHome, backendUrl, secretsProvider, passphraseFile, awsRegion } = at.config;
    settings = {
      ...{ repository, pulumiRoot, pulumiHome, backendUrl, secretsProvider, passphraseFile, awsRegion },
      accounts: [],
      source: { from: "keys", accessKeyId: "AKIATEST", secretAccessKey: "marker-of-a-key" },
      environment: {
        PATH: "/usr/bin:/bin",
        HOME: at.folder,
        TMPDIR: at.folder,
        PULUMI_CONFIG_PASSPHRASE: "a wrong one",
      },
    };
  });
  after(() => at.remove());

  const document = () => ({ world: at.world, homeRegion: "us-east-1", items, secretOutput: "marker-of-an-output" });
  async function shell(command: string): Promise<string> {
    const lines = await preparePlainCli(settings, [{ stack: "account-1", inputs: document() }]);
    const { repository: cwd, environment } = settings;
    const { stdout } = await run("sh", ["-c", `eval "$1"\n${command}`, "sh", lines], { cwd, env: { ...environment } });
    return stdout;
  }
  const saltOf = async (): Promise<string> => {
    const text = await readFile(join(at.backend, ".pulumi/stacks/bulwark/account-1.json"), "utf8");
    return JSON.parse(text).checkpoint.latest.secrets_providers.state.salt;
  };

  it("agrees with the service that nothing is to be changed", async () => {
    await at.run(at.request("account-1", "up", document()));
    const preview = await shell("pulumi preview --stack account-1 --non-interactive --expect-no-changes --json");
    assert.deepEqual(JSON.parse(preview).changeSummary, { same: 4 });
  });

  it("and so does an update, which keeps the salt of the stack's secrets", async () => {
    const salt = await saltOf();
    await shell("pulumi up --yes --skip-preview --stack account-1 --non-interactive --expect-no-changes");
    assert.equal(await saltOf(), salt);
    const { result } = await at.run(at.request("account-1", "up", document()));
    assert.deepEqual(result.steps, []);
    assert.equal(await saltOf(), salt);
    assert.match(await shell("pulumi stack output hidden --show-secrets --stack account-1"), /marker-of-an-output/);
  });

  it("finds settings and keys in files of its own, and those of other stacks gone", async () => {
    const folder = stackConfigDir(settings.repository);
    await writeFile(join(folder, "Pulumi.account-9.yaml"), "config: {}\n");
    const lines = await preparePlainCli(settings, [{ stack: "account-1", inputs: document() }]);
    await assert.rejects(stat(join(folder, "Pulumi.account-9.yaml")), /ENOENT/);
    assert.doesNotMatch(lines, /marker-of/);
    const [, config = ""] = /AWS_CONFIG_FILE='([^']+)'/.exec(lines) ?? [];
    assert.match(await readFile(config, "utf8"), /marker-of-a-key/);
    assert.equal((await stat(config)).mode & 0o777, 0o600);
    assert.match(lines, /^unset AWS_SHARED_CREDENTIALS_FILE$/m);
  });

  it("has no salt for a stack that is not deployed, and names the stack whose state can't be read", async () => {
    await preparePlainCli(settings, [{ stack: "account-2", inputs: {} }]);
    assert.doesNotMatch(
      await readFile(join(stackConfigDir(settings.repository), "Pulumi.account-2.yaml"), "utf8"),
      /salt/,
    );
    const broken = { ...settings, backendUrl: `file://${join(at.folder, "absent")}` };
    await assert.rejects(
      preparePlainCli(broken, [{ stack: "account-2", inputs: {} }]),
      /reading the state of stack account-2: .*unable to open bucket/s,
    );
  });
});
