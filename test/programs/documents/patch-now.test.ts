import assert from "node:assert/strict";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { patchNowDocument } from "../../../programs/documents/patch-now/document.ts";
import { contentOf, describeOnLinux, Host, python, REPORTS } from "./host.ts";

const document = patchNowDocument(REPORTS);

interface Report {
  readonly incomplete: readonly string[];
  readonly summary: {
    readonly manager: string;
    readonly pendingBefore: number | null;
    readonly pendingAfter: number | null;
    readonly rebooted: boolean;
    readonly rebootPending: boolean | null;
  };
  readonly installed: readonly string[] | null;
  readonly after: readonly string[] | null;
}

/** What dnf prints of two security updates; the second section is not about updates. */
const DNF = `
kernel.x86_64                      6.1.155-176.282.amzn2023          amazonlinux
openssl-libs.x86_64                1:3.2.2-1.amzn2023.0.3            amazonlinux
Obsoleting Packages
old.noarch                         1-1                               amazonlinux
`;

const DNF_CALL = "dnf-quiet-check-update-security";
const YUM_CALL = "yum-quiet-check-update-security";
const APT_UPDATE = "apt-get-quiet-quiet-update-o-APT-Update-Error-Mode-any";
const NEEDS = "needs-restarting-r";

const ZYPPER = `Repository | Name                 | Category | Severity  | Interactive | Status     | Summary
-----------+----------------------+----------+-----------+-------------+------------+--------
SLES-Upd   | SUSE-2026-1          | security | important | reboot      | needed     | Security update for the kernel
SLES-Upd   | SUSE-2026-2          | security | low       | ---         | not needed | Security update for x
SLES-Upd   | SUSE-2026-3          | security | low       | ---         | needed     | Security update for a | b
`;

const APT = `Inst libssl3 [3.0.2-0ubuntu1.18] (3.0.2-0ubuntu1.20 Ubuntu:22.04/jammy-updates, Ubuntu:22.04/jammy-security [amd64])
Inst tzdata [2024a] (2026b Ubuntu:22.04/jammy-updates [all])
Inst libc6 [2.36-9] (2.36-10 Debian-Security:12/stable-security [amd64]) []
Inst linux-image-6.1 (6.1.1 Debian-Security:12/stable-security [amd64])
Conf libssl3 (3.0.2-0ubuntu1.20 Ubuntu:22.04/jammy-security [amd64])
`;

describeOnLinux("The document that patches now", () => {
  let host: Host;
  const report = () => host.calls("s3api").at(-1)?.report as Report | undefined;
  const look = (values: Readonly<Record<string, string>> = {}) => host.run(document, "before", values);
  const conclude = (values: Readonly<Record<string, string>> = {}) => host.run(document, "rebootAndReport", values);
  const pending = (text: string) => {
    host.tell(DNF_CALL, text);
    host.tell(`${DNF_CALL}.code`, text === "" ? "0" : "100");
  };
  const waiting = (code: string) => {
    host.tell(NEEDS, code === "0" ? "No core libraries updated" : "Reboot is required to fully utilize these updates.");
    host.tell(`${NEEDS}.code`, code);
  };

  afterEach(() => host.close());

  describe("on a host with dnf", () => {
    beforeEach(async () => {
      host = await Host.start("aws", "dnf", "yum", "needs-restarting");
      waiting("0");
    });

    it("reports what was pending before and is after, and what was installed", async () => {
      pending(DNF);
      const first = await look();
      assert.deepEqual([first.code, JSON.parse(first.stdout)], [0, { pending: 2, problem: null }], first.stderr);
      pending("\nkernel.x86_64   6.1.155-176.282.amzn2023   amazonlinux\n");
      const last = await conclude();
      assert.equal(last.code, 20, last.stderr);
      assert.deepEqual(report()?.summary, {
        manager: "dnf",
        pendingBefore: 2,
        pendingAfter: 1,
        rebooted: false,
        rebootPending: false,
      });
      assert.deepEqual(report()?.installed, ["openssl-libs.x86_64 1:3.2.2-1.amzn2023.0.3"]);
      assert.deepEqual(report()?.after, ["kernel.x86_64 6.1.155-176.282.amzn2023"]);
      assert.match(report()?.incomplete.join() ?? "", /^1 security updates are still pending/);
      assert.ok(host.calls("dnf").every((call) => call.language === "C"));
    });

    it("asks the agent for one reboot where patches wait for it, and reports after it", async () => {
      pending(DNF);
      await look();
      pending("");
      waiting("1");
      const asking = await conclude();
      assert.deepEqual([asking.code, JSON.parse(asking.stdout)], [194, { rebooting: true }], asking.stderr);
      assert.deepEqual(host.calls("s3api"), []);
      waiting("0");
      const told = await conclude();
      assert.equal(told.code, 0, told.stderr);
      assert.deepEqual([report()?.summary.rebooted, report()?.summary.pendingAfter], [true, 0]);
      assert.ok(!existsSync(join(host.work, "patch-now/before.json")));
    });

    it("does not reboot for ever a host that always waits for a reboot", async () => {
      pending("");
      await look();
      waiting("1");
      assert.equal((await conclude()).code, 194);
      const told = await conclude();
      assert.equal(told.code, 20, told.stderr);
      assert.deepEqual(report()?.incomplete, ["the host still waits for a reboot after one"]);
    });

    it("does not reboot where it may not, and tells that the host waits", async () => {
      pending("");
      await look({ RebootOption: "NoReboot" });
      waiting("1");
      const told = await conclude({ RebootOption: "NoReboot" });
      assert.equal(told.code, 0, told.stderr);
      assert.equal(report()?.summary.rebootPending, true);
    });

    it("never takes a package manager that fails for a host without updates", async () => {
      pending("");
      host.tell(`${DNF_CALL}.code`, "1");
      const first = await look();
      assert.deepEqual([first.code, (JSON.parse(first.stdout) as { pending: unknown }).pending], [0, null]);
      const last = await conclude();
      assert.equal(last.code, 20, last.stderr);
      assert.deepEqual([report()?.summary.pendingBefore, report()?.installed], [null, null]);
      assert.equal(report()?.incomplete.length, 2);
      assert.match(report()?.incomplete[1] ?? "", /^the state after the patches: dnf .* ended with 1/);
    });

    it("reports although what was pending before is not known", async () => {
      pending("");
      waiting("0");
      const told = await conclude();
      assert.equal(told.code, 20, told.stderr);
      assert.match(report()?.incomplete.join() ?? "", /what was pending before the patches was not noted/);
    });

    it("keeps the report where S3 takes none", async () => {
      pending("");
      waiting("0");
      await look();
      host.tell("refuse", "s3api put-object\n");
      const told = await conclude();
      assert.equal(told.code, 20);
      assert.ok(existsSync((JSON.parse(told.stdout) as { report: string }).report));
    });
  });

  it("asks yum where there is no dnf", async () => {
    host = await Host.start("aws", "yum");
    host.tell(YUM_CALL, DNF);
    host.tell(`${YUM_CALL}.code`, "100");
    host.tell("yum-needs-restarting-r", "");
    assert.deepEqual(JSON.parse((await look()).stdout), { pending: 2, problem: null });
  });

  it("asks zypper for needed patches, and for its own word on reboots", async () => {
    host = await Host.start("aws", "zypper");
    host.tell("zypper-non-interactive-quiet-refresh", "");
    host.tell("zypper-non-interactive-quiet-list-patches-category-security", ZYPPER);
    host.tell("zypper-non-interactive-quiet-needs-rebooting", "");
    host.tell("zypper-non-interactive-quiet-needs-rebooting.code", "102");
    assert.deepEqual(JSON.parse((await look()).stdout), { pending: 2, problem: null });
    assert.equal((await conclude()).code, 194);
    const told = await conclude();
    assert.equal(told.code, 20, told.stderr);
    assert.deepEqual(report()?.after, ["SUSE-2026-1", "SUSE-2026-3"]);
  });

  it("asks apt for updates whose origin is one of security, after reading the lists anew", async () => {
    host = await Host.start("aws", "apt-get");
    host.tell(APT_UPDATE, "");
    host.tell("apt-get-quiet-quiet-simulate-dist-upgrade", APT);
    assert.deepEqual(JSON.parse((await look()).stdout), { pending: 3, problem: null });
    assert.deepEqual(
      host.calls("apt-get").map((call) => call.call),
      ["--quiet --quiet update -o APT::Update::Error-Mode=any", "--quiet --quiet --simulate dist-upgrade"],
    );
    const marker = join(host.folder, "reboot-required");
    const waits = () =>
      python<boolean>(
        ["patch-now", "host"],
        "import packages\nprint(json.dumps(packages.reboot_pending('apt-get', input)))",
        marker,
      );
    writeFileSync(marker, "");
    assert.equal(waits(), true);
    rmSync(marker);
    assert.equal(waits(), false);
  });

  it("does not take apt's old lists for the present ones", async () => {
    host = await Host.start("aws", "apt-get");
    host.tell(APT_UPDATE, "");
    host.tell(`${APT_UPDATE}.complaint`, "W: Failed to fetch http://archive/InRelease  Could not connect\n");
    const { pending: found, problem } = JSON.parse((await look()).stdout) as { pending: unknown; problem: string };
    assert.deepEqual([found, problem.includes("did not reach all of its sources: W: Failed to fetch")], [null, true]);
  });

  it("reboots a host that can't say whether it must, if patches were installed, and no other", async () => {
    host = await Host.start("aws", "yum");
    for (const [before, code] of [
      [DNF, 194],
      ["", 0],
    ] as const) {
      host.tell(YUM_CALL, before);
      host.tell(`${YUM_CALL}.code`, before === "" ? "0" : "100");
      host.tell("yum-needs-restarting-r", "");
      host.tell("yum-needs-restarting-r.code", "1");
      await look();
      host.tell(`${YUM_CALL}.code`, "0");
      const concluded = await conclude();
      assert.equal(concluded.code, code, concluded.stdout + concluded.stderr);
    }
    assert.equal(report()?.summary.rebootPending, null);
  });

  it("is incomplete on a host with no package manager that it knows", async () => {
    host = await Host.start("aws");
    await look();
    assert.equal((await conclude()).code, 20);
    assert.match(report()?.incomplete[0] ?? "", /none of dnf, yum, zypper and apt-get$/);
  });
});

describe("The steps of the document that patches now", () => {
  const { mainSteps } = contentOf(document);

  it("patch by AWS-RunPatchBaseline between the two looks, without its own reboot, and let it look again at last", () => {
    assert.deepEqual(
      mainSteps.map((step) => [step.name, step.action, step.precondition]),
      [
        ["before", "aws:runShellScript", { StringEquals: ["platformType", "Linux"] }],
        ["install", "aws:runDocument", { StringEquals: ["platformType", "Linux"] }],
        ["rebootAndReport", "aws:runShellScript", { StringEquals: ["platformType", "Linux"] }],
        ["scan", "aws:runDocument", { StringEquals: ["platformType", "Linux"] }],
        ["windows", "aws:runPowerShellScript", { StringEquals: ["platformType", "Windows"] }],
      ],
    );
    const patching = mainSteps.filter((step) => step.action === "aws:runDocument");
    assert.deepEqual(
      patching.map(({ inputs }) => [inputs.documentPath, inputs.documentParameters]),
      ["Install", "Scan"].map((Operation) => [
        "AWS-RunPatchBaseline",
        { Operation, RebootOption: "NoReboot", BaselineOverride: "{{ BaselineOverride }}" },
      ]),
    );
  });
});
