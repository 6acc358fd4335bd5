import assert from "node:assert/strict";
import { OrganizationSettings } from "../../programs/settings.ts";
import { CONTACT, LOG_ARCHIVE, MANAGEMENT, MEMBER, SECURITY, TRIAL_UNIT } from "./samples.ts";

const minimal = {
  homeRegion: "us-east-1",
  regions: ["us-east-1", "us-west-2"],
  accounts: { management: MANAGEMENT, security: SECURITY, logArchive: LOG_ARCHIVE },
};
const gov = { partition: "aws-us-gov", homeRegion: "us-gov-west-1", regions: ["us-gov-west-1"] };
const declaring = { enabled: true, trialUnit: TRIAL_UNIT, ec2: { enabled: true } };
const suppressing = (criterion: object) => ({
  guardDuty: { suppressions: [{ name: "scanner", description: "Our own", criteria: [criterion] }] },
});
const archiving = (criterion: object) => ({
  accessAnalyzer: { archiveRules: [{ name: "office", criteria: [criterion] }] },
});
const ofUnused = (unusedAccess: object, regions?: string[]) => ({
  accessAnalyzer: {
    unusedAccess,
    archiveRules: [
      {
        ...{ name: "breakglass", analyzer: "unused", criteria: [{ key: "resource", contains: ["BreakGlass"] }] },
        ...(regions && { regions }),
      },
    ],
  },
});
const CALLER = "service.action.awsApiCallAction.remoteIpDetails.ipAddressV4";

/** `path: message` of everything that the settings of an organization find. */
function complaints(change: object): string[] {
  const parsed = OrganizationSettings.safeParse({ ...minimal, ...change });
  return (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("settings of an organization are refused before anything runs, with the path of the field:", () => {
  const local = { name: "all", targets: [MEMBER] };
  const rows: readonly (readonly [what: string, change: object, complaint: RegExp])[] = [
    ["an unknown standard", { standards: ["fsbp-1.0.0", "cis-9.9.9"] }, /^standards\.1: must be one of fsbp-1\.0\.0/],
    [
      "an archive rule of the analyzer of unused access where there is none",
      { features: ofUnused({}) },
      /^features\.accessAnalyzer\.archiveRules\.0\.analyzer: .* which features\.accessAnalyzer\.unusedAccess switches off/,
    ],
    [
      "an archive rule of that analyzer in another region",
      { features: ofUnused({ enabled: true, region: "us-west-2" }, ["us-west-2", "us-east-1"]) },
      /^features\.accessAnalyzer\.archiveRules\.0\.regions\.1: the analyzer of unused access is in us-west-2 alone/,
    ],
    [
      "central and local mode at once",
      { features: { securityHub: { mode: "local", central: { policies: [local] } } } },
      /^features\.securityHub\.central\.policies: are of mode central, but mode is local/,
    ],
    [
      "controls of local mode in central mode",
      {
        features: {
          securityHub: {
            mode: "central",
            disabledControls: [{ controlId: "IAM.6", standards: ["fsbp-1.0.0"], reason: "x" }],
          },
        },
      },
      /^features\.securityHub\.disabledControls: are of mode local, but mode is central/,
    ],
    [
      "central mode without a linked region",
      { regions: ["us-east-1"], features: { securityHub: { mode: "central" } } },
      /^regions: must name a region beside the home region/,
    ],
    ["a home region that is none of the regions", { homeRegion: "eu-west-1" }, /^homeRegion: must be one of regions/],
    [
      "an unused-access analyzer outside of the regions",
      { features: { accessAnalyzer: { unusedAccess: { region: "eu-west-1" } } } },
      /^features\.accessAnalyzer\.unusedAccess\.region: eu-west-1 is not one of regions/,
    ],
    [
      "a suppression outside of the regions",
      {
        features: {
          guardDuty: {
            suppressions: [
              { name: "one", description: "", criteria: [{ field: "type", equals: ["x"] }], regions: ["eu-west-1"] },
            ],
          },
        },
      },
      /^features\.guardDuty\.suppressions\.0\.regions\.0: eu-west-1 is not/,
    ],
    [
      "plans that are missing in a region that is not there",
      { features: { guardDuty: { notOffered: { "eu-west-1": ["rds"] } } } },
      /^features\.guardDuty\.notOffered\.eu-west-1: eu-west-1 is not/,
    ],
    [
      "no Inspector in a region that is not there",
      { features: { inspector: { notIn: ["us-west-1"] } } },
      /^features\.inspector\.notIn\.0: us-west-1 is not/,
    ],
    [
      "an audit rule left out in a region that is not there",
      { features: { config: { auditPack: { leaveOut: [{ rule: "secret-keys", regions: ["us-west-1"] }] } } } },
      /^features\.config\.auditPack\.leaveOut\.0\.regions\.0: us-west-1 is not/,
    ],
    [
      "a guardrail that allows a region of another partition",
      { features: { guardrails: { regions: { alsoAllowed: ["eu-west-1", "cn-north-1"] } } } },
      /^features\.guardrails\.regions\.alsoAllowed\.1: cn-north-1 belongs to partition aws-cn/,
    ],
    ...["198.51.100.0/33", "198.51.100.7/24", "198.51.100", "2001:db8::/129", "office"].map(
      (network) =>
        [
          `the network ${network} of a suppression`,
          { features: suppressing({ field: CALLER, equals: ["203.0.113.9", network] }) },
          /^features\.guardDuty\.suppressions\.0\.criteria\.0\.equals\.1: must be an IP address or a network/,
        ] as const,
    ),
    [
      "a wrong network of an archive rule",
      { features: archiving({ key: "condition.aws:SourceIp", notEquals: ["10.0.0.0/40"] }) },
      /^features\.accessAnalyzer\.archiveRules\.0\.criteria\.0\.notEquals\.0: must be an IP address/,
    ],
    [
      "public images that a declarative policy and the baseline both block",
      { features: { guardrails: declaring } },
      /^features\.account\.imageSharing: is declared by features\.guardrails\.ec2 .* set it to off, or take imageSharing out/,
    ],
    [
      "public snapshots that both block",
      { features: { guardrails: declaring } },
      /^features\.account\.snapshotSharing: is declared .* set it to off/,
    ],
    [
      "IMDSv2 that both ask for",
      { features: { guardrails: declaring } },
      /^features\.account\.instanceMetadata\.enabled: is declared .* set it to false/,
    ],
    [
      "central root access where there are no root users",
      { ...gov, features: { rootAccess: { enabled: true } } },
      /^features\.rootAccess\.enabled: must be false/,
    ],
    [
      "removal of root credentials without central root access",
      { features: { rootAccess: { removeCredentials: true } } },
      /^features\.rootAccess\.removeCredentials: needs features\.rootAccess\.enabled/,
    ],
    [
      "a security contact in aws-us-gov",
      { ...gov, features: { account: { securityContact: CONTACT } } },
      /^features\.account\.securityContact: can't be set in aws-us-gov/,
    ],
  ];
  for (const [what, change, complaint] of rows) {
    it(what, () => {
      const found = complaints(change);
      assert.ok(
        found.some((text) => complaint.test(text)),
        found.join("; "),
      );
    });
  }

  it("and what is right of all that is taken", () => {
    const account = { imageSharing: "off", snapshotSharing: "off", instanceMetadata: { enabled: false } };
    const right: readonly object[] = [
      { features: { guardrails: declaring, account } },
      { features: { guardrails: declaring, account: { enabled: false } } },
      { features: { guardrails: { ...declaring, enabled: false } } },
      { features: { guardrails: { ...declaring, ec2: { enabled: true, declares: ["serialConsole"] } } } },
      {
        features: suppressing({
          field: CALLER,
          equals: ["203.0.113.9", "198.51.100.0/24", "2001:db8::/32", "0.0.0.0/0"],
        }),
      },
      { features: suppressing({ field: "accountId", equals: ["100000000001"] }) },
      { features: archiving({ key: "condition.aws:SourceIp", equals: ["10.0.0.0/8"] }) },
      { ...gov, features: { account: { enabled: true } } },
    ];
    for (const change of right) assert.deepEqual(complaints(change), [], JSON.stringify(change));
  });
});
