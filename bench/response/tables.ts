import type { ResponseMeasured } from "./measure.ts";

type Rows = readonly (readonly string[])[];

/** What was measured of the response, as sections of the report: what each is, and its table. Pure. */
export function responseSections({
  starts,
  latencies,
  throughputs,
  storm,
}: ResponseMeasured): readonly [string, Rows][] {
  const [empty] = starts;
  const figure = (value: number, digits: number) => (Number.isNaN(value) ? "" : value.toFixed(digits));
  return [
    [
      "What one process of the responder does, ten findings a call:",
      [
        ["findings that are", "findings", "findings/s", "to come again"],
        ...throughputs.map(({ what, findings, perSecond, again }) => [
          ...[what, String(findings), figure(perSecond, 1), String(again)],
        ]),
      ],
    ],
    [
      "From the import of a finding in its account to the message in Slack, one finding a second:",
      [
        ["way", "findings", "p50 ms", "p99 ms", "missing"],
        ...latencies.map(({ way, findings, p50, p99, missing }) => [
          ...[way, String(findings), figure(p50, 0), figure(p99, 0), String(missing)],
        ]),
      ],
    ],
    [
      "Zips, first calls and later calls of the functions, beside a Lambda whose handler does nothing:",
      [
        ["function", "zip KB", "first ms", "/ empty", "warm ms", "/ empty", "start ms"],
        ...starts.map(({ name, bytes, first, warm }) => [
          name,
          (bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0),
          ...[figure(first, 0), figure(first / (empty?.first ?? Number.NaN), 2)],
          ...[figure(warm, 1), figure(warm / (empty?.warm ?? Number.NaN), 2)],
          figure(first - warm, 0),
        ]),
      ],
    ],
    [
      "A storm of findings into the queue of the responses, a quarter of them repeated:",
      [
        [
          "findings",
          "sent s",
          "done s",
          "findings/s",
          "incidents",
          "changes",
          "calls",
          "most in 1 s",
          "findings a call",
        ],
        [
          ...[String(storm.findings), figure(storm.sentSeconds, 1), figure(storm.doneSeconds, 0)],
          ...[figure(storm.findings / storm.doneSeconds, 1), String(storm.incidents), String(storm.changes.action)],
          ...[String(storm.calls), String(storm.mostCalls), figure(storm.perCall, 1)],
        ],
      ],
    ],
  ];
}
