import assert from "node:assert/strict";
import fc from "fast-check";
import type { Line, Listed, State, TargetState } from "../../../remediation/response/ledger.ts";
import { backlog, observed, timeToResolve } from "../../../remediation/response/reports.ts";

const OPENED = "2026-03-01T10:00:00.000Z";
const minute = (minutes: number) => new Date(Date.parse(OPENED) + minutes * 60_000).toISOString();

function listed(id: string, state: State, more: Partial<Listed> = {}): Listed {
  return {
    ...{ id, state, version: 1, attempts: 0, foundAt: OPENED, epoch: 0, remediation: "", began: "", since: OPENED },
    ...{ verified: 0, undoneAt: "", firstFoundAt: OPENED, openedAt: OPENED, findings: 1, acknowledged: null },
    ...{ cause: "S3.8", account: "100000000001", region: "eu-west-1", severity: "HIGH", title: "", control: "S3.8" },
    resource: { type: "AwsS3Bucket", id },
    ...more,
  };
}
const line = (state: TargetState, remediation = "doors"): Line => ({
  ...{ epoch: 0, remediation, target: "front", state, why: "", change: null },
});

describe("reports of the response", () => {
  it("say what would have been changed, by remediation, control and account", () => {
    const other = { account: "100000000002" };
    const incidents = [
      listed("a", "observed"),
      listed("b", "observed"),
      listed("c", "observed", other),
      listed("d", "verified"),
    ];
    const lines = {
      a: [line("planned"), line("planned")],
      b: [line("protected"), line("well"), line("unread")],
      c: [line("planned"), line("refused", "windows")],
      d: [line("planned")],
    };
    const row = { control: "S3.8", account: "100000000001" };
    assert.deepEqual(observed(incidents, lines), [
      { ...row, remediation: "doors", incidents: 2, changes: 2, left: 2 },
      { ...row, ...other, remediation: "doors", incidents: 1, changes: 1, left: 0 },
      { ...row, ...other, remediation: "windows", incidents: 1, changes: 0, left: 1 },
    ]);
  });

  it("say how long incidents were open that are well by now, in times that were", () => {
    const times = fc.array(fc.nat(100_000), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(times, (minutes) => {
        const incidents = minutes.map((time, index) => listed(`i${index}`, "verified", { since: minute(time) }));
        const put = (["suppressed", "ignored", "alerted"] as const).map((state) => listed(state, state));
        const [row, ...others] = timeToResolve([...incidents, ...put]);
        assert.ok(row !== undefined && others.length === 0 && row.count === minutes.length);
        const { median, p90, p95, longest } = row;
        assert.ok(median <= p90 && p90 <= p95 && p95 <= longest);
        assert.equal(longest, Math.max(...minutes) * 60_000);
        for (const [part, time] of [
          [0.5, median],
          [0.9, p90],
          [0.95, p95],
        ] as const) {
          const within = minutes.filter((one) => one * 60_000 <= time).length;
          const below = minutes.filter((one) => one * 60_000 < time).length;
          assert.ok(within >= part * minutes.length && below < part * minutes.length);
        }
      }),
    );
    const ahead = listed("ahead", "well", { openedAt: minute(5) });
    assert.deepEqual(timeToResolve([ahead])[0]?.longest, 0);
    const none = listed("none", "resolved", { control: null, cause: "TTPs/x", severity: "LOW", since: minute(1) });
    assert.deepEqual(
      timeToResolve([ahead, none]).map(({ severity, control }) => [severity, control]),
      [
        ["LOW", "TTPs/x"],
        ["HIGH", "S3.8"],
      ],
    );
  });

  it("say what is open, of whom, and since when", () => {
    const acknowledged = { by: "ann", at: OPENED };
    const incidents = [
      listed("a", "alerted", { openedAt: minute(2) }),
      listed("b", "asked", { openedAt: minute(1), acknowledged }),
      listed("c", "failed", { severity: "CRITICAL" }),
      listed("d", "resolved"),
      listed("e", "seen"),
    ];
    const row = { account: "100000000001" };
    assert.deepEqual(backlog(incidents), [
      { ...row, severity: "HIGH", count: 2, acknowledged: 1, oldest: minute(1) },
      { ...row, severity: "CRITICAL", count: 1, acknowledged: 0, oldest: OPENED },
    ]);
  });
});
