import type {
  CreateSampleFindingsRequest,
  Finding,
  GetFindingsRequest,
  GetFindingsResponse,
  ListFindingsRequest,
  ListFindingsResponse,
  SortCriteria,
} from "@aws-sdk/client-guardduty";
import type { Call, Operation } from "../../gateway/emulator.ts";
import { matches, valuesAt, wire } from "./criteria.ts";
import type { Exporter } from "./export.ts";
import { isSuppressed } from "./filters.ts";
import { listPage } from "./pages.ts";
import { invalidInput } from "./rejections.ts";
import { isFindingType, sampleFinding, sampleTypes } from "./sample-findings.ts";
import { administratorOf, type GuardDuty, isAssociated, now, ownPlace } from "./state.ts";

function sorted(findings: Finding[], criteria: SortCriteria | undefined): Finding[] {
  const path = criteria?.AttributeName;
  if (path === undefined) return findings;
  const direction = criteria?.OrderBy === "DESC" ? -1 : 1;
  const key = (finding: Finding) => valuesAt(wire(finding), path)[0] as string | number;
  return findings.toSorted((one, other) => (key(one) < key(other) ? -direction : direction));
}

/** Sample findings, and findings as a member sees its own and an administrator those of all its members. */
export function findingOperations(guardDuty: GuardDuty, exporter: Exporter): Record<string, Operation> {
  const { aws } = guardDuty;

  function visible(call: Call<{ DetectorId: string | undefined }>): Finding[] {
    const place = ownPlace(guardDuty, call);
    const members = [...place.members.values()].filter(isAssociated);
    const places = [place, ...members.map((member) => guardDuty.places.of(member.accountId, call.region))];
    return places.flatMap(({ findings }) => [...findings.values()]);
  }

  /**
   * GuardDuty tells the account's own event bus and its administrator's, and writes to where either exports findings. What
   * the administrator suppresses, or an account without one, is archived instead.
   */
  async function publish(finding: Finding, accountId: string, region: string): Promise<void> {
    const administrator = administratorOf(guardDuty, accountId, region);
    const deciding = guardDuty.places.of(administrator?.administratorId ?? accountId, region);
    if (isSuppressed(deciding, finding)) {
      if (finding.Service !== undefined) finding.Service.Archived = true;
      return;
    }
    for (const recipient of [accountId, administrator?.administratorId]) {
      if (recipient === undefined) continue;
      for (const destination of guardDuty.places.of(recipient, region).destinations.values()) {
        await exporter.export(
          { accountId: recipient, region, finding: wire(finding) as object },
          destination.properties,
        );
      }
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
      const matching = visible(call).filter((finding) => matches(FindingCriteria, finding));
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
