import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, realpath, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { placeOf } from "../../stacks/child/place.ts";
import { plainValue, redactor } from "../../stacks/child/property-values.ts";
import { childEnvironment } from "../../stacks/environment.ts";
import { type Failure, StackRunError } from "../../stacks/errors.ts";
import { configFile, credentialsFile } from "../../stacks/profiles.ts";
import { secretsOf, stackSettings } from "../../stacks/project.ts";
import { runError, stopped } from "../../stacks/run-failures.ts";
import { RunFolders } from "../../stacks/run-folders.ts";
import { callName } from "../../stacks/service-names.ts";
import { killSession, SurvivorsError, sessionMembers, settleSession } from "../../stacks/session.ts";
import { Slots } from "../../stacks/slots.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secret = { [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", ciphertext: "marker", plaintext: "marker" };

describe("property values of the engine", () => {
  it("lose their secrets, at any depth", () => {
    const leaf = fc.oneof(
      fc.string().filter((text) => !text.includes("marker")),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constant(secret),
    );
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: "small" },
        leaf,
        fc.array(tie("node")),
        fc.dictionary(fc.string({ maxLength: 5 }), tie("node")),
      ),
    })).node;
    fc.assert(
      fc.property(tree, (value) => {
        assert.doesNotMatch(JSON.stringify(plainValue({ value })), /marker|1b47061264138c4ac30d75fd1eb44270/);
      }),
    );
    assert.deepEqual(plainValue({ a: [{ b: secret }], __internal: {}, n: null }), { a: [{ b: "[secret]" }], n: null });
  });

  it("show files as their hash", () => {
    const archive = { [SIGNATURE]: "0def7320c3a5731c473e5ecbe6d01bc7", hash: "ab12", path: "/x" };
    assert.deepEqual(plainValue({ code: archive }), { code: "[file ab12]" });
  });

  it("are taken out of texts where they are known, longest first", () => {
    const redact = redactor(["marker-of-a-key", "marker-of-a-key-and-more", "short"]);
    assert.equal(redact("x marker-of-a-key-and-more y marker-of-a-key short"), "x [secret] y [secret] short");
  });
});

describe("the place of a resource", () => {
  const provider = (name: string) => `urn:pulumi:s::bulwark::pulumi:providers:aws::${name}::id-1`;
  const of = (name: string, providerName: string, inputs?: Record<string, unknown>) =>
    placeOf({
      urn: `urn:pulumi:s::bulwark::aws:x/y:Z::${name}`,
      type: "aws:x/y:Z",
      provider: provider(providerName),
      ...(inputs === undefined ? {} : { new: { inputs } as never }),
    });

  it("is told by its provider, its region property, and its name, in this order", () => {
    assert.deepEqual(of("hub-us-east-1", "aws-100000000001", { region: "us-west-2" }), {
      accountId: "100000000001",
      region: "us-west-2",
    });
    assert.deepEqual(of("hub-us-gov-east-1", "aws-100000000001", {}), {
      accountId: "100000000001",
      region: "us-gov-east-1",
    });
    assert.deepEqual(of("control", "aws-native-222222222222-ap-southeast-3"), {
      accountId: "222222222222",
      region: "ap-southeast-3",
    });
    assert.deepEqual(of("passwordPolicy", "aws-100000000001"), { accountId: "100000000001" });
    assert.deepEqual(of("component", ""), {});
  });

  it("of a provider is in its own name", () => {
    const urn = "urn:pulumi:s::bulwark::pulumi:providers:aws-native::aws-native-222222222222-us-east-1";
    assert.deepEqual(placeOf({ urn, type: "pulumi:providers:aws-native", provider: "" }), {
      accountId: "222222222222",
      region: "us-east-1",
    });
  });
});

describe("the files of a run", () => {
  const session = { accessKeyId: "ASIA1", secretAccessKey: "s", sessionToken: "t", expiration: "" };

  it("have a profile for each account, and a default one only for the state backend", () => {
    const text = credentialsFile({ "100000000001": session, "222222222222": session });
    assert.deepEqual(text.match(/^\[.*\]$/gm), ["[bulwark-100000000001]", "[bulwark-222222222222]"]);
    assert.match(
      credentialsFile({}, session),
      /^\[default\]\naws_access_key_id = ASIA1\naws_secret_access_key = s\naws_session_token = t\n/,
    );
    assert.equal(configFile(["100000000001"], "us-east-1"), "[profile bulwark-100000000001]\nregion = us-east-1\n");
  });

  it("keep a stack's inputs and the encryption of its secrets as they are", () => {
    const state = (providers: unknown) => ({ version: 3, deployment: { secrets_providers: providers } });
    const passphrase = secretsOf(state({ type: "passphrase", state: { salt: "v1:a:b" } }));
    assert.deepEqual(passphrase, { encryptionsalt: "v1:a:b" });
    const cloud = secretsOf(state({ type: "cloud", state: { url: "awskms:///alias/x", encryptedkey: "k" } }));
    assert.deepEqual(cloud, { secretsprovider: "awskms:///alias/x", encryptedkey: "k" });
    assert.equal(secretsOf(state(undefined)), undefined);
    fc.assert(
      fc.property(fc.jsonValue(), (inputs) => {
        const { config, ...secrets } = JSON.parse(stackSettings(inputs, passphrase));
        assert.deepEqual(config["bulwark:inputs"], JSON.parse(JSON.stringify(inputs)));
        assert.deepEqual(config["pulumi:disable-default-providers"], ["*"]);
        assert.deepEqual(secrets, passphrase);
      }),
    );
  });
});

describe("the environment of a run child", () => {
  it("holds allow-listed names only, whatever the service's own has", () => {
    const base = {
      node: "/opt/node/bin/node",
      pulumiRoot: "/opt/p",
      passphraseFile: "/p",
      awsRegion: "us-east-1",
      folder: "/run/c",
    };
    const names = Object.keys(childEnvironment({ ...base, service: {} }));
    const allowed = [
      ...names,
      "LANG",
      "LC_ALL",
      "TZ",
      "HTTP_PROXY",
      "HTTPS_PROXY",
      "NO_PROXY",
      "http_proxy",
      "https_proxy",
      "no_proxy",
      "AWS_CA_BUNDLE",
      "NODE_EXTRA_CA_CERTS",
      "SSL_CERT_DIR",
      "SSL_CERT_FILE",
    ];
    const known = fc.constantFrom(
      "PATH",
      "HOME",
      "AWS_ACCESS_KEY_ID",
      "AWS_SECRET_ACCESS_KEY",
      "AWS_SESSION_TOKEN",
      "AWS_PROFILE",
      "DATABASE_URL",
      "BULWARK_TOKEN",
      "NODE_OPTIONS",
      "LD_PRELOAD",
      "PULUMI_ACCESS_TOKEN",
      "PULUMI_CONFIG_PASSPHRASE",
      "HTTPS_PROXY",
      "LANG",
    );
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(known, fc.string()), fc.string(), { noNullPrototype: true }), (service) => {
        const environment = childEnvironment({ ...base, service });
        for (const name of Object.keys(environment)) assert.ok(allowed.includes(name), name);
        assert.equal(environment.PATH, "/opt/p/bin:/opt/node/bin:/usr/local/bin:/usr/bin:/bin");
        assert.equal(environment.HOME, "/run/c");
      }),
    );
  });
});

describe("IAM names of calls", () => {
  it("come from the names of the SDKs", () => {
    const calls = [
      ["SecurityHub", "EnableSecurityHub", "securityhub:EnableSecurityHub"],
      ["Config Service", "PutConfigurationRecorder", "config:PutConfigurationRecorder"],
      ["S3 Control", "PutPublicAccessBlock", "s3:PutPublicAccessBlock"],
      ["CloudWatch Logs", "CreateLogGroup", "logs:CreateLogGroup"],
      ["AccessAnalyzer", "CreateAnalyzer", "access-analyzer:CreateAnalyzer"],
    ] as const;
    for (const [service, operation, expected] of calls) assert.equal(callName(service, operation), expected);
  });
});

describe("places for runs", () => {
  const never = new AbortController().signal;

  it("are never given to more than there are, in the order of asking", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 12 }), async (count, asking) => {
        const slots = new Slots(count);
        let busy = 0;
        const order: number[] = [];
        await Promise.all(
          Array.from({ length: asking }, async (_, index) => {
            const release = await slots.take(never);
            order.push(index);
            assert.ok(++busy <= count);
            await new Promise((go) => setImmediate(go));
            busy--;
            release?.();
            release?.();
          }),
        );
        assert.deepEqual(
          order,
          [...order].sort((a, b) => a - b),
        );
      }),
      { numRuns: 30 },
    );
  });

  it("are not lost to somebody who stopped waiting", async () => {
    const slots = new Slots(1);
    const first = await slots.take(never);
    const impatient = new AbortController();
    const second = slots.take(impatient.signal);
    const third = slots.take(never);
    impatient.abort();
    assert.equal(await second, undefined);
    first?.();
    assert.equal(typeof (await third), "function");
    assert.equal(await slots.take(AbortSignal.abort()), undefined);
  });
});

describe("a run that was ended from outside", () => {
  const request = { verb: "up", stack: "account-1", timeoutMs: 1_000 } as Parameters<typeof stopped>[0];
  const broken: Failure = { code: "crashed", retryable: true, message: "creating a", remedy: "r", resource: "urn:a" };

  it("still tells the resources that had broken by themselves: they may exist", () => {
    const other: Failure = { ...broken, resource: "urn:b" };
    const { code, others } = stopped(request, "cancelled", { ...broken, others: [other] });
    assert.equal(code, "cancelled");
    assert.deepEqual(
      others?.map(({ resource }) => resource),
      ["urn:a", "urn:b"],
    );
    const { resource: _, ...whole } = broken;
    assert.equal(stopped(request, "timeout", whole).others, undefined);
    assert.equal(stopped(request, "timeout").others, undefined);
  });
});

describe("a run of which processes can't be ended", () => {
  const request = { verb: "up", stack: "account-1" } as const;

  it("has failed as one that crashed, is to be recovered from and tried again, and names them", () => {
    const error = runError(request, new SurvivorsError(7, [8, 9]));
    assert.ok(error instanceof StackRunError);
    assert.deepEqual([error.code, error.retryable, error.unclean], ["crashed", true, true]);
    assert.match(error.message, /^running up on stack account-1: .*session 7: 8, 9 still alive/);
  });

  it("hides no other error", () => {
    const other = new Error("other");
    assert.equal(runError(request, other), other);
  });
});

describe("the folders of runs", () => {
  const host = { host: "here", bootId: "boot" };

  it("can be made again where they could not be once", async () => {
    const root = await mkdtemp(join(tmpdir(), "bulwark-folders-"));
    try {
      const folders = new RunFolders(join(root, "runs"), host);
      await writeFile(join(root, "runs"), "in the way");
      await assert.rejects(folders.forChild());
      await assert.rejects(folders.abandoned());
      await rm(join(root, "runs"));
      const child = await folders.forChild();
      assert.match(await folders.forRun(child, "op-1"), /child-.*\/run-op-1-/);
      assert.deepEqual(await folders.abandoned(), []);
      await folders.close();
      assert.deepEqual(await readdir(join(root, "runs")), []);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  it("are nobody's for the taking while it can't be told whose they are", async () => {
    const root = await mkdtemp(join(tmpdir(), "bulwark-folders-"));
    try {
      // Not to be read as a file, for whatever reason.
      await mkdir(join(root, "service-a/owner.json"), { recursive: true });
      await mkdir(join(root, "service-b"));
      const old = new Date(Date.now() - 3_600_000);
      for (const name of ["service-a", "service-b"]) await utimes(join(root, name), old, old);
      assert.deepEqual(await new RunFolders(root, host).abandoned(), [join(await realpath(root), "service-b")]);
    } finally {
      await rm(root, { recursive: true });
    }
  });
});

describe("a process session", () => {
  it("is found and ended whole, process groups and all", async () => {
    // setsid by `detached`; `set -m` puts each job into a process group of its own, as the engine does with its plugins.
    const leader = spawn("bash", ["-c", "set -m; sleep 60 & sleep 60 & wait"], { detached: true, stdio: "ignore" });
    const sid = leader.pid ?? 0;
    const gone = new Promise((resolve) => leader.once("exit", resolve));
    while ((await sessionMembers(sid)).length < 3) await new Promise((go) => setTimeout(go, 10));
    assert.equal(await settleSession(sid, [sid], 50), 2);
    await gone;
    assert.deepEqual(await sessionMembers(sid), []);
    assert.equal(await killSession(sid), 0);
  });
});
