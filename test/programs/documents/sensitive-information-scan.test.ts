import assert from "node:assert/strict";
import { chmodSync, linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import { sensitiveInformationScanDocument } from "../../../programs/documents/sensitive-information-scan/document.ts";
import { asffViolations } from "../../../sandbox/emulators/securityhub/findings/asff.ts";
import {
  ACCOUNT,
  type Call,
  describeOnLinux,
  Host,
  INSTANCE,
  python,
  type Ran,
  REGION,
  REPORTS,
  severityOf,
} from "./host.ts";

const document = sensitiveInformationScanDocument(REPORTS);

const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzKEY";
const KEY_ID = "AKIAQWERTYUIOPASDFGH";
const PEM_BODY = `${"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n".repeat(4)}`;
const PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----\n${PEM_BODY}-----END PRIVATE KEY-----\n`;

/** Values that must appear nowhere but in the planted files. */
const PLANTED = [
  "4111111111111111",
  "4111 1111 1111 1111",
  "5555-5555-5555-4444",
  "219-45-6789",
  SECRET,
  PEM_BODY.slice(0, 40),
];

interface Report {
  readonly outcome: string;
  readonly incomplete: readonly string[];
  readonly summary: {
    readonly filesScanned: number;
    readonly filesFound: number;
    readonly counts: Readonly<Record<string, number>>;
    readonly skipped: Readonly<Record<string, number>>;
  };
  readonly files: readonly { readonly path: string; readonly counts: Readonly<Record<string, number>> }[];
}

/** The last report that was uploaded. */
function reportOf(host: Host): Report {
  const upload = host.calls("s3api").at(-1);
  assert.ok(upload !== undefined, "no report was uploaded");
  return upload.report as Report;
}

function findingsOf(call: Call | undefined): AwsSecurityFinding[] {
  return (call?.sent ?? []) as AwsSecurityFinding[];
}

describeOnLinux("The document for the scan for sensitive information", () => {
  let host: Host;
  const scan = (values: Readonly<Record<string, string>> = {}, through: readonly string[] = []): Promise<Ran> =>
    host.run(document, "scan", { MibPerSecond: "1000", ...values }, { through });

  beforeEach(async () => {
    host = await Host.start("aws", "systemd-run");
  });
  afterEach(() => host.close());

  it("counts planted cards, social security numbers, AWS keys and private keys, and tells no value", async () => {
    host.write(
      "cards.csv",
      "name,card\na,4111111111111111\nb,4111 1111 1111 1111\nc,5555-5555-5555-4444\nd,3782 822463 10005\n",
    );
    host.write("people.csv", "name,ssn\na,219-45-6789\nb,123-45-6780\n");
    host.write(".aws/credentials", `[default]\naws_access_key_id = ${KEY_ID}\naws_secret_access_key = ${SECRET}\n`);
    host.write("key.pem", PRIVATE_KEY);
    host.write("config.json", JSON.stringify({ key: PRIVATE_KEY, card: "6011111111111117" }));
    host.write("clean.txt", "nothing here 1234\n");
    const ran = await scan();
    assert.equal(ran.code, 10, ran.stderr);
    const report = reportOf(host);
    assert.equal(report.outcome, "found");
    assert.deepEqual(report.summary.counts, { creditCard: 5, socialSecurityNumber: 2, awsAccessKey: 1, privateKey: 2 });
    assert.equal(report.summary.filesScanned, 6);
    assert.deepEqual(
      Object.fromEntries(report.files.map((file) => [file.path.slice(host.disk.length + 1), file.counts])),
      {
        ".aws/credentials": { awsAccessKey: 1 },
        "cards.csv": { creditCard: 4 },
        "config.json": { creditCard: 1, privateKey: 1 },
        "key.pem": { privateKey: 1 },
        "people.csv": { socialSecurityNumber: 2 },
      },
    );
    const told = [ran.stdout, ran.stderr, readFileSync(join(host.home, "calls.jsonl"), "utf8")].join("\n");
    for (const value of PLANTED) assert.ok(!told.includes(value), `told ${value}`);
  });

  it("sends findings that Security Hub takes, to the host's own account and region", async () => {
    host.write("cards.csv", "4111111111111111");
    host.write("credentials", `${KEY_ID} ${SECRET}`);
    await scan();
    const [call] = host.calls("securityhub");
    assert.equal(call?.region, REGION);
    const findings = findingsOf(call);
    for (const finding of findings) assert.deepEqual(asffViolations(finding), []);
    const [coverage, found] = findings;
    const arn = `arn:aws:ec2:${REGION}:${ACCOUNT}:instance/${INSTANCE}`;
    assert.equal(found?.Id, `${arn}/bulwark/sensitive-information-scan/sensitive-information`);
    assert.equal(found?.ProductArn, `arn:aws:securityhub:${REGION}:${ACCOUNT}:product/${ACCOUNT}/default`);
    assert.deepEqual([found?.RecordState, severityOf(found)], ["ACTIVE", "CRITICAL"]);
    assert.deepEqual([found?.Resources?.[0]?.Type, found?.Resources?.[0]?.Id], ["AwsEc2Instance", arn]);
    const classified = found?.Resources?.[0]?.DataClassification;
    assert.deepEqual(classified?.Result?.SensitiveData, [
      { Category: "CREDENTIALS", Detections: [{ Count: 1, Type: "AWS_CREDENTIALS" }], TotalCount: 1 },
      { Category: "FINANCIAL_INFORMATION", Detections: [{ Count: 1, Type: "CREDIT_CARD_NUMBER" }], TotalCount: 1 },
    ]);
    const [upload] = host.calls("s3api");
    assert.equal(classified?.DetailedResultsLocation, `s3://${upload?.bucket}/${upload?.key}`);
    assert.equal(upload?.expected_bucket_owner, REPORTS.bucketOwner);
    assert.match(
      String(upload?.key),
      new RegExp(`^hosts/${ACCOUNT}/${REGION}/${INSTANCE}/sensitive-information-scan/\\w+-\\w+\\.json$`),
    );
    assert.equal(upload?.mode, "0o600");
    assert.deepEqual([coverage?.RecordState, severityOf(coverage)], ["ARCHIVED", "INFORMATIONAL"]);
  });

  it("archives its findings when a later scan is clean", async () => {
    host.write("notes.txt", "nothing\n");
    const ran = await scan();
    assert.equal(ran.code, 0, ran.stderr);
    assert.deepEqual(
      findingsOf(host.calls("securityhub")[0]).map((each) => [each.RecordState, severityOf(each)]),
      [
        ["ARCHIVED", "INFORMATIONAL"],
        ["ARCHIVED", "INFORMATIONAL"],
      ],
    );
    assert.equal(reportOf(host).outcome, "clean");
  });

  it("leaves out what is near a miss", async () => {
    host.write(
      "misses.txt",
      [
        "4111111111111112 wrong check digit",
        "94111111111111111 41111111111111119 part of a longer number",
        "4111 1111 1111 1111 1111 groups go on; 4111-1111-1111-1111-1 too; 4E00 4111 1111 1111 1111 5b57",
        "0.4111111111111111 a fraction, x4111111111111111 a word, 4111111111111111_a an id",
        "9999999999999995 no issuer; 411111111111111 too short; 4111-1111 1111-1111 mixed separators",
        "550e8400-e29b-41d4-a716-4111111111111111",
        "1669123456789 4222222222222 milliseconds, and thirteen digits without the word",
        `${KEY_ID} an id without a secret, and a commit 0123456789abcdef0123456789abcdef01234567`,
        "-----BEGIN PRIVATE KEY----- in prose, -----BEGIN PUBLIC KEY-----\nMIIB",
        "555-12-3456 a part number, with no such word about",
      ].join("\n"),
    );
    host.write("example.txt", "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    host.write(
      "numbers.txt",
      "ssn 000-12-3456 666-12-3456 900-12-3456 123-00-4567 123-45-0000 078-05-1120 1123-45-6789 123-45-67890",
    );
    const ran = await scan();
    assert.deepEqual(reportOf(host).files, []);
    assert.equal(ran.code, 0, ran.stderr);
  });

  it("finds each value once where chunks meet, and social security numbers far from the word that names them", async () => {
    // Lines of 61 bytes, so that every place of a line is somewhere at the edge of a chunk.
    const lines = 60_000;
    host.write(
      "large.csv",
      `name,ssn,card\n${"x,219-45-6789,4111111111111111,lorem ipsum dolor sit amet,sed\n".repeat(lines)}`,
    );
    await scan();
    assert.deepEqual(reportOf(host).summary.counts, {
      creditCard: lines,
      socialSecurityNumber: lines,
      awsAccessKey: 0,
      privateKey: 0,
    });
  });

  it("skips binary and large files, excluded folders and symbolic links, and reads a file of two names once", async () => {
    host.write(
      "data.bin",
      Buffer.concat([Buffer.from("4111111111111111\n"), Buffer.from([0]), Buffer.alloc(100, "a")]),
    );
    truncateSync(host.write("huge.log", "4111111111111111\n"), 3 * 1024 * 1024);
    host.write("packages/example.txt", "4111111111111111");
    const outside = join(host.folder, "outside");
    mkdirSync(outside);
    symlinkSync(host.write("one.txt", "4111111111111111"), join(host.disk, "link.txt"));
    symlinkSync(outside, join(host.disk, "linked"));
    linkSync(join(host.disk, "one.txt"), join(host.disk, "two.txt"));
    const ran = await scan({ MaximumFileMib: "2", ExcludePaths: `${host.disk}/packages,/boot` });
    assert.equal(ran.code, 10, ran.stderr);
    const { summary } = reportOf(host);
    assert.deepEqual(summary.skipped, { binary: 1, tooLarge: 1, unreadable: 0 });
    assert.deepEqual([summary.filesScanned, summary.counts.creditCard], [1, 1]);
  });

  it("shows names with quotes, line breaks and bytes that are no text, and masks names that are themselves sensitive", async () => {
    const card = "4111111111111111";
    host.write("a\nb \"'$(id)ü.txt", card);
    host.write(`${card}.txt`, card);
    host.write("5555-5555-5555-4444/x.txt", card);
    for (const name of [`a_${card}_b`, "people/219-45-6789", "ssn-219456789", `x${card}y`, "4111_1111_1111_1111"]) {
      host.write(name, card);
    }
    host.write(Buffer.from("latin-\xe9.txt", "latin1").toString("latin1"), card);
    const ran = await scan();
    assert.equal(ran.code, 10, ran.stderr);
    const paths = reportOf(host).files.map((file) => file.path);
    assert.ok(
      paths.some((path) => path.endsWith("/a\\x0ab \"'$(id)ü.txt")),
      paths.join(" "),
    );
    assert.ok(
      paths.some((path) => path.endsWith(`/${"*".repeat(16)}.txt`)),
      paths.join(" "),
    );
    const told = [ran.stdout, readFileSync(join(host.home, "calls.jsonl"), "utf8")].join("\n");
    const values = [card, "5555-5555-5555-4444", "219-45-6789", "219456789", "4111_1111_1111_1111"];
    for (const value of values) assert.ok(!told.includes(value), `told ${value}`);
  });

  it("is incomplete where files can't be read", async () => {
    chmodSync(host.write("closed.txt", "4111111111111111"), 0);
    // Root reads everything, unless it is without these two capabilities.
    const without = "-dac_override,-dac_read_search";
    const through =
      process.getuid?.() === 0 ? ["/usr/bin/setpriv", `--bounding-set=${without}`, `--inh-caps=${without}`] : [];
    const ran = await scan({}, through);
    assert.equal(ran.code, 20, ran.stderr);
    assert.deepEqual(reportOf(host).incomplete, ["1 files or folders could not be read"]);
    const [coverage, ...others] = findingsOf(host.calls("securityhub")[0]);
    assert.deepEqual([coverage?.RecordState, severityOf(coverage), others], ["ACTIVE", "LOW", []]);
    assert.deepEqual(coverage === undefined ? ["none"] : asffViolations(coverage), []);
  });

  it("ends at its time limit, in the middle of a file, and is incomplete", async () => {
    host.write("a.txt", `4111111111111111\n${"lorem ipsum\n".repeat(500_000)}`);
    for (const name of ["b.txt", "c.txt"]) host.write(name, "5555555555554444\n");
    const settings = {
      ...{ REPORT_BUCKET: "b", REPORT_BUCKET_OWNER: "333333333333", REPORT_BUCKET_REGION: "", REPORT_PREFIX: "" },
      ...{ WORK_FOLDER: host.work, PATHS: host.disk, MIB_PER_SECOND: "1000", MAXIMUM_FILE_MIB: "64" },
      TIME_LIMIT_MINUTES: "1",
    };
    const environment = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`BULWARK_${name}`, value]));
    // A clock that goes on by ten seconds with every look, so that a minute is over after a few chunks.
    const answer = python<{ code: number; told: { incomplete: string[]; filesScanned: number } }>(
      ["sensitive-information-scan", "host"],
      `
import contextlib, io, itertools, os
import main, pace
os.environ.update(input)
ticks = itertools.count(0, 10)
main.Pace = lambda rate, limit: pace.Pace(rate, limit, lambda: next(ticks), lambda seconds: None)
said = io.StringIO()
with contextlib.redirect_stdout(said):
    code = main.main()
print(json.dumps({"code": code, "told": json.loads(said.getvalue())}))`,
      { ...environment, ...host.environment() },
    );
    assert.deepEqual([answer.code, answer.told.filesScanned], [10, 0]);
    assert.deepEqual(answer.told.incomplete, ["the time limit of 1 minutes ran out"]);
    assert.deepEqual(reportOf(host).summary.counts.creditCard, 1);
  });

  it("keeps a report that could not be uploaded and uploads it with the next", async () => {
    host.write("notes.txt", "nothing\n");
    host.tell("refuse", "s3api put-object\n");
    const ran = await scan();
    assert.equal(ran.code, 20, ran.stderr);
    const folder = join(host.work, "reports/sensitive-information-scan");
    const [kept, ...others] = readdirSync(folder);
    assert.deepEqual(others, []);
    const told = JSON.parse(ran.stdout) as { report: string; incomplete: string[] };
    assert.equal(told.report, join(folder, kept ?? ""));
    assert.match(told.incomplete.join(), /uploading the report: aws s3api put-object ended with 254: .*AccessDenied/);

    host.tell("refuse", "");
    assert.equal((await scan()).code, 0);
    assert.deepEqual(readdirSync(folder), []);
    const uploaded = host.calls("s3api").filter((call) => String(call.key).endsWith(`/${kept}`));
    assert.equal(uploaded.length, 2);
    assert.equal((uploaded[1]?.report as Report | undefined)?.outcome, "incomplete");
  });

  it("tells what it found even if neither Security Hub nor S3 hears of it", async () => {
    host.write("cards.txt", "4111111111111111");
    host.tell("refuse", "s3api put-object\nsecurityhub batch-import-findings\n");
    const ran = await scan();
    assert.equal(ran.code, 10, ran.stderr);
    assert.equal((JSON.parse(ran.stdout) as { incomplete: string[] }).incomplete.length, 2);
  });

  it("is incomplete if Security Hub refuses a finding", async () => {
    host.tell("refuse", "securityhub finding\n");
    assert.equal((await scan()).code, 20);
    assert.match(reportOf(host).incomplete.join(), /Security Hub refused a finding: InvalidInput: told to/);
  });

  it("is incomplete on a host without Python, without the AWS CLI, or that can't be identified", async () => {
    const unknown = { AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:9", AWS_SSM_INSTANCE_ID: "" };
    const nobody = await host.run(document, "scan", {}, { environment: unknown });
    assert.deepEqual([nobody.code, nobody.stderr.includes("could not be identified")], [20, true]);
    host.removeProgram("aws");
    const without = await scan();
    assert.equal(without.code, 20);
    assert.match(without.stdout, /the AWS CLI is not installed/);
    host.program("python3", "#!/bin/sh\nexit 1\n");
    const none = await scan();
    // platform-python is not on the path: this machine may have one.
    assert.deepEqual([none.code, none.stderr.includes("no Python 3.6")], [20, true]);
  });

  it("identifies a node that is no instance by what the agent and STS tell", async () => {
    const node = {
      AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:9",
      AWS_SSM_INSTANCE_ID: "mi-0123456789abcdef0",
    };
    assert.equal((await host.run(document, "scan", {}, { environment: node })).code, 0);
    const resource = findingsOf(host.calls("securityhub")[0])[0]?.Resources?.[0];
    assert.deepEqual(
      [resource?.Type, resource?.Id],
      ["Other", `arn:aws:ssm:${REGION}:${ACCOUNT}:managed-instance/mi-0123456789abcdef0`],
    );
  });

  it("runs within its share of the CPU: by systemd, by cpulimit where there is no systemd, and nicely always", async () => {
    await scan({ CpuPercent: "30" });
    assert.deepEqual(
      host.calls("systemd-run").map((call) => [call.quota, call.command]),
      [
        ["CPUQuota=30%", "true"],
        ["CPUQuota=30%", "nice"],
      ],
    );
    await host.close();
    host = await Host.start("aws", "systemd-run", "cpulimit");
    host.tell("systemd-run", "");
    assert.equal((await scan({ CpuPercent: "30" })).code, 0);
    assert.deepEqual(
      host.calls("cpulimit").map((call) => call.percent),
      ["30"],
    );
  });

  it("refuses numbers out of bounds and folders that are none", async () => {
    const much = await scan({ MibPerSecond: "5000" });
    assert.deepEqual(
      [much.code, much.stderr.trim()],
      [20, "Bulwark: parameter MIB_PER_SECOND must be a whole number from 1 to 1000"],
    );
    const nowhere = await scan({ Paths: `${host.disk}/nowhere` });
    assert.deepEqual([nowhere.code, nowhere.stderr.includes("nowhere is not a folder")], [20, true]);
  });
});
