import type { FeatureSettings } from "./feature-settings.ts";
import type { BaselineInputs, Governing } from "./inputs.ts";
import { scansOf } from "./inspector-adoption.ts";
import { isInspected, type ScanType } from "./inspector-settings.ts";
import { names } from "./names.ts";
import { standardArn } from "./standards.ts";

/** What AWS says of the services of an account in one region. What is not there is left out. */
export interface RegionReadiness {
  /** Statuses as `GetEnabledStandards` has them: `PENDING`, `READY`, `INCOMPLETE`, `FAILED`, `DELETING`. */
  readonly standards: readonly { readonly standardsArn: string; readonly status: string; readonly reason?: string }[];
  readonly recorder?: { readonly recording: boolean; readonly failure?: string };
  /** `ENABLED` or `DISABLED`. */
  readonly detector?: string;
  /** `Enabled` where the security account administers Security Hub. */
  readonly hubMember?: string;
  /** `Enabled` where the security account administers GuardDuty. */
  readonly detectorMember?: string;
  /** `ENABLED` where the security account administers Inspector. */
  readonly inspectorMember?: string;
  /** Statuses of the account's scans as `BatchGetAccountStatus` has them: `ENABLING`, `ENABLED`, `DISABLING`, `DISABLED`, `SUSPENDING`, `SUSPENDED`. */
  readonly scans?: ScanStatuses;
}

export type ScanStatuses = Readonly<Partial<Record<ScanType, string>>>;

/** Why an account is not protected yet. */
export interface Unready {
  readonly region: string;
  readonly what: string;
  /** As AWS says it. */
  readonly state: string;
}

type Wanted = Pick<BaselineInputs, "partition" | "regions" | "standards" | "adoptions"> & {
  readonly features: Pick<FeatureSettings, "inspector">;
  /** The configuration policy that says whether there is a hub, and with which standards, in central mode. */
  readonly governing?: Pick<Governing, "enabled" | "standards"> | undefined;
  /** Of an account outside of the organization, which is a member of Security Hub alone. */
  readonly outside?: boolean;
};

type Check = readonly [what: string, ok: boolean, state: string];

/**
 * What is missing until everything that a baseline switched on works: standards READY, recorder recording, detector enabled, memberships
 * enabled, Inspector's scans enabled, in every region. Empty where nothing is. The end of a deployment does not say so: a standard takes up to
 * hours to be READY (Security Hub API Reference, StandardsSubscription), and what Inspector answers is that an association
 * was started (Inspector API Reference, AssociateMember). What a configuration policy leaves off is not missing, nor Inspector where it is not wanted.
 */
export function unreadyOf(found: Readonly<Record<string, RegionReadiness>>, wanted: Wanted): Unready[] {
  const { enabled: hub, standards } = wanted.governing ?? { enabled: true, standards: wanted.standards };
  return wanted.regions.flatMap((region) => {
    const state = found[region] ?? { standards: [] };
    const checks: Check[] = [
      ...(hub ? standards : []).map((name) => {
        const arn = standardArn(wanted.partition, region, name);
        const standard = state.standards.find(({ standardsArn }) => standardsArn === arn);
        const { status = "not subscribed", reason } = standard ?? {};
        return [
          `standard ${name}`,
          status === "READY",
          reason === undefined ? status : `${status}: ${reason}`,
        ] as const;
      }),
      recording(state.recorder),
      ["GuardDuty detector", state.detector === "ENABLED", state.detector ?? "missing"],
      ["Security Hub membership", state.hubMember === "Enabled" || !hub, state.hubMember ?? "missing"],
      [
        "GuardDuty membership",
        state.detectorMember === "Enabled" || wanted.outside === true,
        state.detectorMember ?? "missing",
      ],
      ...inspection(state, region, wanted),
    ];
    return checks.filter(([, ok]) => !ok).map(([what, , how]) => ({ region, what, state: how }));
  });
}

function recording(recorder: RegionReadiness["recorder"]): Check {
  const what = "Config recorder";
  if (recorder === undefined) return [what, false, "missing"];
  if (!recorder.recording) return [what, false, "stopped"];
  return [what, recorder.failure === undefined, `failing: ${recorder.failure ?? ""}`];
}

/** Of the scans those that the baseline declares: the chosen ones, and what an adopted account had on before. */
function inspection({ inspectorMember, scans }: RegionReadiness, region: string, wanted: Wanted): Check[] {
  const { inspector } = wanted.features;
  if (!isInspected(inspector, region)) return [];
  const declared = scansOf(wanted.adoptions, names.inspectorMemberScans(region), inspector.resourceTypes);
  return [
    ["Inspector membership", inspectorMember === "ENABLED", inspectorMember ?? "missing"],
    ...declared.map((type): Check => {
      const status = scans?.[type as ScanType] ?? "missing";
      return [`Inspector scans of ${type}`, status === "ENABLED", status];
    }),
  ];
}
