import type { CreatePatchBaselineRequest, OperatingSystem, PatchFilterGroup, PatchRule } from "@aws-sdk/client-ssm";
import { invalid } from "../state.ts";

const RPM = ["PATCH_SET", "PRODUCT", "CLASSIFICATION", "SEVERITY"];
const DEB = ["PATCH_SET", "PRODUCT", "PRIORITY", "SECTION"];

/** Filters of approval rules by operating system (user guide, "Custom patch baselines"; `aws ssm describe-patch-properties`). */
const RULE_KEYS: Partial<Record<OperatingSystem, readonly string[]>> = {
  DEBIAN: DEB,
  MACOS: ["PRODUCT", "CLASSIFICATION"],
  RASPBIAN: DEB,
  UBUNTU: DEB,
  WINDOWS: ["PATCH_SET", "PRODUCT", "PRODUCT_FAMILY", "CLASSIFICATION", "MSRC_SEVERITY"],
};

const GLOBAL_ONLY = [
  "ARCH",
  "ADVISORY_ID",
  "BUGZILLA_ID",
  "CVE_ID",
  "EPOCH",
  "NAME",
  "PATCH_ID",
  "RELEASE",
  "REPOSITORY",
  "SECURITY",
  "VERSION",
];

/** Throws `ValidationException` for a baseline that its operating system does not allow. */
export function checkBaseline(
  operatingSystem: OperatingSystem,
  wanted: Omit<CreatePatchBaselineRequest, "Name">,
): void {
  const keys = RULE_KEYS[operatingSystem] ?? RPM;
  for (const rule of wanted.ApprovalRules?.PatchRules ?? []) {
    checkFilters(rule.PatchFilterGroup, keys, operatingSystem);
    checkRule(rule, operatingSystem);
  }
  checkFilters(wanted.GlobalFilters, [...keys, ...GLOBAL_ONLY], operatingSystem);
  const {
    Sources = [],
    AvailableSecurityUpdatesComplianceStatus: status,
    ApprovedPatchesEnableNonSecurity: more,
  } = wanted;
  const isLinux = operatingSystem !== "WINDOWS" && operatingSystem !== "MACOS";
  if (Sources.length > 0 && !isLinux) throw invalid(`Sources are not supported for ${operatingSystem}.`);
  if (more === true && !isLinux)
    throw invalid(`ApprovedPatchesEnableNonSecurity is not supported for ${operatingSystem}.`);
  if (status !== undefined && operatingSystem !== "WINDOWS") {
    throw invalid(`AvailableSecurityUpdatesComplianceStatus is not supported for ${operatingSystem}.`);
  }
}

function checkFilters(
  group: PatchFilterGroup | undefined,
  keys: readonly string[],
  operatingSystem: OperatingSystem,
): void {
  const filters = group?.PatchFilters ?? [];
  const strange = filters.find(({ Key }) => !keys.includes(String(Key)));
  if (strange !== undefined)
    throw invalid(`The patch filter ${strange.Key} is not supported for ${operatingSystem}: use ${keys.join(", ")}.`);
  const doubled = filters.find(({ Key }, index) => filters.findIndex((each) => each.Key === Key) !== index);
  if (doubled !== undefined) throw invalid(`The patch filter ${doubled.Key} is given more than once.`);
}

function checkRule(
  { ApproveAfterDays: days, ApproveUntilDate: date, EnableNonSecurity: more }: PatchRule,
  operatingSystem: OperatingSystem,
): void {
  if ((days === undefined) === (date === undefined)) {
    throw invalid("An approval rule needs either ApproveAfterDays or ApproveUntilDate.");
  }
  if (date !== undefined && !/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(date)) {
    throw invalid(`ApproveUntilDate ${date} must have the form YYYY-MM-DD.`);
  }
  if (date !== undefined && ["DEBIAN", "UBUNTU"].includes(operatingSystem)) {
    throw invalid(`ApproveUntilDate is not supported for ${operatingSystem}.`);
  }
  if (more === true && ["WINDOWS", "MACOS"].includes(operatingSystem)) {
    throw invalid(`EnableNonSecurity is not supported for ${operatingSystem}.`);
  }
}
