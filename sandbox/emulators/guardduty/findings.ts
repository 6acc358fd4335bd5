import type {
  Condition,
  CreateSampleFindingsRequest,
  Finding,
  GetFindingsRequest,
  GetFindingsResponse,
  ListFindingsRequest,
  ListFindingsResponse,
  SortCriteria,
} from "@aws-sdk/client-guardduty";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { listPage } from "./pages.ts";
import { invalidInput } from "./rejections.ts";
import { isFindingType, sampleFinding, sampleTypes } from "./sample-findings.ts";
import { administratorOf, type GuardDuty, isAssociated, now, ownPlace } from "./state.ts";

/** The same value with the member names of GuardDuty's JSON, which start in lower case. */
function wire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wire);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key.charAt(0).toLowerCase() + key.slice(1), wire(member)]),
  );
}

/** What a finding has at a path such as `service.archived` or `severity`; every element, where the path meets a list. */
function valuesAt(finding: unknown, path: string): unknown[] {
  let found: unknown[] = [finding];
  for (const name of path.split(".")) {
    found = found.flat().map((value) => (value as Record<string, unknown> | undefined)?.[name]);
  }
  return found.flat().filter((value) => value !== undefined);
}

/** Times are written as text and compared as milliseconds since the epoch. */
function numeric(value: unknown): number {
  return typeof value === "number" ? value : Date.parse(String(value));
}

function satisfies(condition: Condition, values: readonly unknown[]): boolean {
  const texts = values.map(String);
  const compare = (limit: number | undefined, holds: (value: number, limit: number) => boolean) =>
    limit === undefined || values.some((value) => holds(numeric(value), Number(limit)));
  const equals = condition.Equals ?? condition.Eq;
  const differs = condition.NotEquals ?? condition.Neq;
  return (
    (equals === undefined || texts.some((text) => equals.includes(text))) &&
    (differs === undefined || !texts.some((text) => differs.includes(text))) &&
    compare(condition.GreaterThan ?? condition.Gt, (value, limit) => value > limit) &&
    compare(condition.GreaterThanOrEqual ?? condition.Gte, (value, limit) => value >= limit) &&
    compare(condition.LessThan ?? condition.Lt, (value, limit) => value < limit) &&
    compare(condition.LessThanOrEqual ?? condition.Lte, (value, limit) => value <= limit)
  );
}

function sorted(findings: Finding[], criteria: SortCriteria | undefined): Finding[] {
  const path = criteria?.AttributeName;
  if (path === undefined) return findings;
  const direction = criteria?.OrderBy === "DESC" ? -1 : 1;
  const key = (finding: Finding) => valuesAt(wire(finding), path)[0] as string | number;
  return findings.toSorted((one, other) => (key(one) < key(other) ? -direction : direction));
}

/** Sample findings, and findings as a member sees its own and an administrator those of all its members. */
export function findingOperations(guardDuty: GuardDuty): Record<string, Operation> {
  const { aws } = guardDuty;

  function visible(call: Call<{ DetectorId: string | undefined }>): Finding[] {
    const place = ownPlace(guardDuty, call);
    const members = [...place.members.values()].filter(isAssociated);
    const places = [place, ...members.map((member) => guardDuty.places.of(member.accountId, call.region))];
    return places.flatMap(({ findings }) => [...findings.values()]);
  }

  /** GuardDuty tells the account's own event bus and its administrator's. */
  async function publish(finding: Finding, accountId: string, region: string): Promise<void> {
    const administrator = administratorOf(guardDuty, accountId, region);
    for (const recipient of [accountId, administrator?.administratorId]) {
      if (recipient === undefined) continue;
      await aws.putEvent({
        accountId: recipient,
        region,
        source: "aws.guardduty",
        detailType: "GuardDuty Finding",
        detail: wire(finding) as object,
      });
    }
  }

  return {
    CreateSampleFindings: async (call: Call<CreateSampleFindingsRequest>): Promise<object> => {
      const { accountId, region, input } = call;
      const { detector, findings } = ownPlace(guardDuty, call);
      const types = input.FindingTypes ?? sampleTypes;
      if (!types.every(isFindingType)) throw invalidInput();
      const where = { partition: aws.organization.partition, accountId, region, detectorId: detector.id };
      for (const type of types) {
        const finding = sampleFinding(type, where, aws.hex(32), now(guardDuty));
        findings.set(finding.Id ?? "", finding);
        await publish(finding, accountId, region);
      }
      return {};
    },

    ListFindings: (call: Call<ListFindingsRequest>): ListFindingsResponse => {
      const { FindingCriteria, SortCriteria } = call.input;
      const criteria = Object.entries(FindingCriteria?.Criterion ?? {});
      const matching = visible(call).filter((finding) =>
        criteria.every(([path, condition]) => satisfies(condition, valuesAt(wire(finding), path))),
      );
      const { items, ...next } = listPage(sorted(matching, SortCriteria), call.input);
      return { FindingIds: items.map((finding) => finding.Id ?? ""), ...next };
    },

    GetFindings: (call: Call<GetFindingsRequest>): GetFindingsResponse => {
      const wanted = new Set(call.input.FindingIds);
      return {
        Findings: sorted(
          visible(call).filter((finding) => wanted.has(finding.Id ?? "")),
          call.input.SortCriteria,
        ),
      };
    },
  };
}
