import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import { virusScanDocument } from "../../../programs/documents/virus-scan/document.ts";
import { asffViolations } from "../../../sandbox/emulators/securityhub/findings/asff.ts";
import { until } from "../../sandbox/running-sandbox.ts";
import { describeOnLinux, Host, type HowToRun, python, type Ran, REGION, REPORTS, severityOf } from "./host.ts";

const document = virusScanDocument(REPORTS, {
  bucket: "bulwark-signatures",
  bucketRegion: "eu-west-1",
  prefix: "clamav",
});

interface Report {
  readonly outcome: string;
  readonly incomplete: readonly string[];
  readonly signatures: { readonly version: string; readonly builtAt: string } | null;
  readonly summary: { readonly filesScanned: number; readonly filesInfected: number; readonly filesSkipped: number };
  readonly files: readonly { readonly path: string; readonly signature: string }[];
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

/** A signature file of ClamAV's form: a header of 512 bytes, the last field of which is when it was built. */
function signatures(name: string, daysOld = 1): Buffer {
  const built = Math.floor(Date.now() / 1000 - daysOld * 86_400);
  const header = `ClamAV-VDB:22 Nov 2026 08-24 +0000:${name === "daily" ? 27_800 : 62}:100:90:X:X:someone:${built}`;
  return Buffer.concat([Buffer.from(header.padEnd(512, " ")), Buffer.from("signatures")]);
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describeOnLinux("The document for the virus scan", () => {
  let host: Host;
  const bucket = () => join(host.home, "s3/bulwark-signatures/clamav");
  const scan = (values: Readonly<Record<string, string>> = {}, how: HowToRun = {}): Promise<Ran> =>
    host.run(document, "scan", { MinimumMemoryMib: "1", ...values }, how);
  const report = () => host.calls("s3api").at(-1)?.report as Report | undefined;
  const findings = () => (host.calls("securityhub").at(-1)?.sent ?? []) as AwsSecurityFinding[];
  const states = () => findings().map((each) => [each.Id?.split("/").at(-1), each.RecordState, severityOf(each)]);

  beforeEach(async () => {
    host = await Host.start("aws", "clamscan", "systemd-run");
    mkdirSync(bucket(), { recursive: true });
    for (const name of ["main", "daily", "bytecode"]) writeFileSync(join(bucket(), `${name}.cvd`), signatures(name));
    writeFileSync(join(bucket(), "own.ndb"), "not signed by ClamAV");
  });
  afterEach(() => host.close());

  it("ends with 0 on a clean host, with signatures that it brought from the bucket", async () => {
    host.write("a.txt", "fine");
    const ran = await scan();
    assert.equal(ran.code, 0, ran.stderr + ran.stdout);
    assert.deepEqual([report()?.outcome, report()?.incomplete], ["clean", []]);
    assert.deepEqual(report()?.summary, { filesScanned: 1, filesInfected: 0, filesSkipped: 0 });
    assert.equal(report()?.signatures?.version, "27800");
    assert.deepEqual(states(), [
      ["coverage", "ARCHIVED", "INFORMATIONAL"],
      ["malware", "ARCHIVED", "INFORMATIONAL"],
    ]);
    const [sync] = host.calls("s3");
    assert.deepEqual([sync?.source, sync?.region], ["s3://bulwark-signatures/clamav", "eu-west-1"]);
    // What ClamAV has not signed is not taken, whoever put it into the bucket.
    assert.deepEqual(readdirSync(join(host.work, "signatures")).sort(), ["bytecode.cvd", "daily.cvd", "main.cvd"]);
  });

  it("holds clamscan to the disks, the size of files, its share of the CPU, and away from Bulwark's own files", async () => {
    await scan({ MaximumFileMib: "25", CpuPercent: "40", ExcludePaths: `${host.disk}/a.b` });
    const [call] = host.calls("clamscan");
    assert.deepEqual(call?.paths, [host.disk]);
    assert.deepEqual(
      [call?.max_filesize, call?.max_scansize, call?.database],
      ["25M", "25M", join(host.work, "signatures")],
    );
    assert.equal(call?.niceness, 19);
    assert.deepEqual(
      host.calls("systemd-run").map((each) => each.quota),
      ["CPUQuota=40%", "CPUQuota=40%"],
    );
    const literal = (path: string) => path.replaceAll(/[.+]/g, "\\$&");
    assert.deepEqual(
      [...((call?.exclude_dir ?? []) as string[])].sort(),
      [`^${literal(`${host.disk}/a.b`)}(/|$)`, `^${literal(host.work)}(/|$)`].sort(),
    );
  });

  it("tells Security Hub and S3 of each infected file, whatever its name", async () => {
    const names = [
      "plain",
      "a\nb: Fake.Name FOUND",
      "c: Fake.Name FOUND\nd",
      "quote\"'$(id)",
      "ü",
      "e\n/f: Fake FOUND",
    ];
    for (const name of names) host.write(name, "MALWARE");
    host.write("clean", "fine");
    symlinkSync(join(host.disk, "plain"), join(host.disk, "link"));
    const ran = await scan();
    assert.equal(ran.code, 10, ran.stderr);
    const files = report()?.files ?? [];
    assert.equal(report()?.summary.filesInfected, names.length);
    assert.deepEqual(new Set(files.map((each) => each.signature)), new Set(["Stand.In-1.UNOFFICIAL"]));
    const shown = (name: string) => `${host.disk}/${name.replaceAll("\n", "\\x0a")}`;
    assert.deepEqual(files.map((each) => each.path).sort(), names.map(shown).sort());
    assert.deepEqual(states(), [
      ["coverage", "ARCHIVED", "INFORMATIONAL"],
      ["malware", "ACTIVE", "HIGH"],
    ]);
    for (const finding of findings()) assert.deepEqual(asffViolations(finding), []);
    // Security Hub takes five of them; the report has all.
    assert.equal(findings()[1]?.Malware?.length, 5);
    assert.ok(
      findings()[1]?.Malware?.every((each) => (each.Path?.length ?? 0) <= 512 && (each.Name?.length ?? 0) <= 64),
    );
    assert.equal(host.calls("securityhub")[0]?.region, REGION);
  });

  it("stops at its time limit, ends all that it started, and tells what it found by then", async () => {
    host.write("evil", "MALWARE");
    host.tell("clamscan", "hang");
    // A minute is the least that the parameter takes. Here it is over as soon as something was found.
    const answer = python<{ ended: boolean; infected: number }>(
      ["virus-scan", "host"],
      `
import os, subprocess, time
import clamscan
os.environ.update(input["environment"])
def wait(running, timeout):
    while not os.path.exists(input["found"]):
        time.sleep(0.01)
    raise subprocess.TimeoutExpired("clamscan", timeout)
result = clamscan.scan(clamscan.command(input["signatures"], [input["disk"].encode()], set(), 5), 60, wait)
print(json.dumps({"ended": result.ended, "infected": len(result.infected)}))`,
      {
        environment: { PATH: join(host.folder, "bin"), STAND_IN: host.home },
        signatures: bucket(),
        disk: host.disk,
        found: join(host.home, "found"),
      },
    );
    assert.deepEqual(answer, { ended: false, infected: 1 });
    assert.throws(() => process.kill(Number(readFileSync(join(host.home, "found"), "utf8")), 0), { code: "ESRCH" });
  });

  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    it(`leaves nothing running when the agent ends it by ${signal}`, async () => {
      host.tell("clamscan", "hang");
      const found = join(host.home, "found");
      const there = async () => existsSync(found);
      const during = async (end: (signal: NodeJS.Signals) => void) => {
        await until(there, Boolean);
        end(signal);
      };
      const ran = await scan({}, { during });
      await until(
        async () => alive(Number(readFileSync(found, "utf8"))),
        (still) => !still,
      );
      // A script that may end by itself says so, and leaves nothing unpacked behind.
      if (signal === "SIGKILL") return;
      assert.match(ran.stdout + ran.stderr, /the run was stopped from outside before its end/);
      assert.ok(!readdirSync(host.folder).some((name) => name.startsWith("tmp.")));
    });
  }

  it("is incomplete without signatures, and does not scan", async () => {
    host.tell("refuse", "s3 sync\n");
    const ran = await scan();
    assert.equal(ran.code, 20, ran.stderr);
    assert.deepEqual(host.calls("clamscan"), []);
    const [denied, missing] = report()?.incomplete ?? [];
    assert.match(denied ?? "", /fetching signatures: aws s3 sync ended with 254: .*AccessDenied/);
    assert.match(missing ?? "", /no signatures: .* holds no main.cvd and no daily.cvd/);
    assert.deepEqual(states(), [["coverage", "ACTIVE", "LOW"]]);
    for (const finding of findings()) assert.deepEqual(asffViolations(finding), []);
  });

  it("scans with the signatures of the last time where the bucket can't be reached, and says so", async () => {
    host.write("evil", "MALWARE");
    await scan();
    host.tell("refuse", "s3 sync\n");
    const ran = await scan();
    assert.equal(ran.code, 10, ran.stderr);
    assert.match(report()?.incomplete.join() ?? "", /^fetching signatures/);
    assert.deepEqual(states(), [
      ["coverage", "ACTIVE", "LOW"],
      ["malware", "ACTIVE", "HIGH"],
    ]);
  });

  it("is incomplete with old signatures, with a file that is none, and where clamscan breaks", async () => {
    writeFileSync(join(bucket(), "daily.cvd"), signatures("daily", 30));
    assert.equal((await scan()).code, 20);
    assert.deepEqual(report()?.incomplete, ["the signatures are 30 days old, more than the 7 allowed"]);
    assert.equal((await scan({ MaximumSignatureDays: "31" })).code, 0);
    host.tell("clamscan", "break");
    assert.equal((await scan({ MaximumSignatureDays: "31" })).code, 20);
    assert.deepEqual(report()?.incomplete, ["clamscan ended with 2: LibClamAV Error: cl_load(): Malformed database"]);
    writeFileSync(join(bucket(), "daily.cvd"), "<html>");
    assert.equal((await scan()).code, 20);
    assert.match(report()?.incomplete.join() ?? "", /daily.cvd is no signature file of ClamAV$/);
  });

  it("is incomplete where files can't be read, and still tells what it found", async () => {
    host.write("evil", "MALWARE");
    chmodSync(host.write("closed", "?"), 0);
    const without = "-dac_override,-dac_read_search";
    const through =
      process.getuid?.() === 0 ? ["/usr/bin/setpriv", `--bounding-set=${without}`, `--inh-caps=${without}`] : [];
    const ran = await scan({}, { through });
    assert.equal(ran.code, 10, ran.stderr);
    assert.deepEqual(report()?.incomplete, ["clamscan met 1 errors"]);
  });

  it("is incomplete where files are too large to be scanned, which are not infected for that", async () => {
    host.write("small", "fine");
    host.write("large", "x".repeat(1024 * 1024 + 1));
    const ran = await scan({ MaximumFileMib: "1" });
    assert.equal(ran.code, 20, ran.stderr);
    assert.deepEqual(report()?.summary, { filesScanned: 1, filesInfected: 0, filesSkipped: 1 });
    assert.deepEqual(report()?.skipped, [
      { path: `${host.disk}/large`, reason: "Heuristics.Limits.Exceeded.MaxFileSize" },
    ]);
    assert.deepEqual(report()?.files, []);
    assert.match(report()?.incomplete.join() ?? "", /^1 files are beyond ClamAV's limits .* MaximumFileMib/);
    assert.deepEqual(states(), [["coverage", "ACTIVE", "LOW"]]);
    host.write("evil", "MALWARE");
    assert.equal((await scan({ MaximumFileMib: "1" })).code, 10);
    assert.deepEqual(
      report()?.files?.map((each) => each.path),
      [`${host.disk}/evil`],
    );
  });

  it("is incomplete on a host without clamscan or with too little memory", async () => {
    const little = await scan({ MinimumMemoryMib: "99999" });
    assert.equal(little.code, 20);
    assert.match(little.stdout, /MiB of memory are available, and a scan needs 99999; let GuardDuty scan/);
    assert.deepEqual(host.calls("s3"), []);
    host.removeProgram("clamscan");
    const none = await scan();
    assert.equal(none.code, 20);
    assert.match(none.stdout, /clamscan is not installed; install the package clamav/);
  });

  it("ends with 10 and keeps the report where S3 takes none", async () => {
    host.write("evil", "MALWARE");
    host.tell("refuse", "s3api put-object\n");
    const ran = await scan();
    assert.equal(ran.code, 10, ran.stderr);
    const kept = (JSON.parse(ran.stdout) as { report: string }).report;
    assert.ok(kept.startsWith(`${host.work}/reports/virus-scan/`) && existsSync(kept), kept);
  });
});

describe("The local disks of a host", () => {
  const found = (lines: readonly string[]) =>
    python<string[]>(
      ["host"],
      "import disks\nprint(json.dumps([each.decode() for each in disks.local_points(disks.mounts(input.encode()))]))",
      lines.join("\n"),
    );

  it("are what disks hold: no network, pseudo, read-only image or overlay file systems", () => {
    const lines = [
      "22 28 0:21 / /proc rw,nosuid shared:12 - proc proc rw",
      "28 1 259:1 / / rw,noatime shared:1 - xfs /dev/nvme0n1p1 rw,attr2",
      "29 28 259:3 / /boot/efi rw - vfat /dev/nvme0n1p128 rw",
      "31 28 0:25 / /dev/shm rw - tmpfs tmpfs rw",
      "40 28 259:4 / /data\\040one rw,relatime shared:9 master:2 - ext4 /dev/nvme1n1 rw",
      "41 28 0:44 / /mnt/share rw - nfs4 10.0.0.1:/ rw",
      "42 28 0:45 / /mnt/efs rw - nfs 127.0.0.1:/ rw",
      "43 28 7:1 / /snap/core/1 ro - squashfs /dev/loop1 ro",
      "44 28 0:50 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw",
      "45 28 0:51 / /home/u/cloud rw - fuse.sshfs u@h:/ rw",
      "46 28 0:52 / /sys/fs/cgroup rw - cgroup2 cgroup rw",
    ];
    assert.deepEqual(found(lines), ["/", "/boot/efi", "/data one"]);
  });

  it("are scanned once, however often they are mounted", () => {
    const lines = [
      "28 1 259:1 / / rw - ext4 /dev/nvme0n1p1 rw",
      "30 28 259:1 /srv/www /var/www rw - ext4 /dev/nvme0n1p1 rw",
      "31 28 259:1 / /mnt/again rw - ext4 /dev/nvme0n1p1 rw",
      "32 28 0:30 /@ /b rw - btrfs /dev/nvme2n1 rw",
      "33 28 0:30 /@home /b/home rw - btrfs /dev/nvme2n1 rw",
      "34 28 0:30 /@home/u /mnt/u rw - btrfs /dev/nvme2n1 rw",
    ];
    assert.deepEqual(found(lines), ["/", "/b", "/b/home"]);
  });
});
