import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { ACCOUNT_SERVICE_LINKED_ROLES } from "../../programs/baseline/linked-services.ts";
import { membershipSessionPolicy } from "../../programs/bootstrap/membership-session.ts";
import type { PolicyDocument, RoleDocuments, Statement } from "../../programs/bootstrap/policy-document.ts";
import { readingSessionPolicy } from "../../programs/bootstrap/reading-session.ts";
import { repairSessionPolicy, responseSessionPolicy } from "../../programs/bootstrap/response-session.ts";
import { bootstrapRoles, memberDeploymentRole, outsideDeploymentRole } from "../../programs/bootstrap/roles.ts";
import { MANIFESTS } from "../../remediation/manifests.ts";
import { EVERY_OPTION, LOG_ARCHIVE, MANAGEMENT, SECURITY, settings } from "./samples.ts";

const from = settings();
const ORGANIZATION = "o-bulwark0demo";
const [service, security, logArchive, management] = bootstrapRoles(from, ORGANIZATION).map(({ role }) => role) as [
  RoleDocuments,
  RoleDocuments,
  RoleDocuments,
  RoleDocuments,
];
const member = memberDeploymentRole(from);
const roles = { service, security, logArchive, management, member };

const statements = (role: RoleDocuments): readonly Statement[] =>
  [...Object.values(role.policies), ...(role.attached ?? []).map(({ document }) => document)].flatMap(
    ({ Statement }) => Statement,
  );
const allowed = (role: RoleDocuments) =>
  statements(role).flatMap(({ Effect, Action }) => (Effect === "Allow" ? (Action ?? []) : []));
const managed = ({ boundary, attached = [], boundariesOfOthers = [] }: RoleDocuments) =>
  [boundary, ...attached, ...boundariesOfOthers].flatMap((policy) => policy ?? []);
const documents = (role: RoleDocuments): PolicyDocument[] => [
  role.trust,
  ...Object.values(role.policies),
  ...managed(role).map(({ document }) => document),
];
/** One list of each kind in every region, with an address as long as they get. */
const list = (index: number, regions?: readonly string[]) => ({
  name: `list-${index}`,
  location: `s3://lists-of-region-${index}/${"k".repeat(275)}`.slice(0, 300),
  ...(regions && { regions }),
});
function ninefold(area: string): string[] {
  return Array.from({ length: 9 }, (_, index) => `${area}-${index + 1}`);
}
/** As many regions as AWS has; their names are as long as those. */
const THIRTY_FOUR = [
  "us-east-1",
  ...["ap-southeast", "ap-northeast", "us-central", "eu-central"].flatMap(ninefold),
].slice(0, 34);

describe("the roles of Bulwark", () => {
  it("are set up where they belong, the service's first because the others name it", () => {
    assert.deepEqual(
      bootstrapRoles(from, ORGANIZATION).map(({ accountId, role }) => [accountId, role.roleName]),
      [
        [SECURITY, "BulwarkService"],
        [SECURITY, "BulwarkDeployment"],
        [LOG_ARCHIVE, "BulwarkDeployment"],
        [MANAGEMENT, "BulwarkManagement"],
      ],
    );
  });

  const dozen = [
    "us-east-1",
    ...["ap-southeast", "eu-central", "us-west", "sa-east"].flatMap((area) => [1, 2, 3].map((n) => `${area}-${n}`)),
  ];
  const longest = "R".repeat(64);
  for (const [what, chosen] of [
    ["by default in a dozen regions", { regions: dozen }],
    ["with every option in a dozen regions", { regions: dozen, features: EVERY_OPTION }],
    [
      "with everything in all regions",
      {
        regions: THIRTY_FOUR,
        excludedAccounts: Array.from({ length: 300 }, (_, index) => String(600_000_000_000 + index)),
        roles: { service: `${longest.slice(1)}S`, management: `${longest.slice(1)}M`, deployment: longest },
        features: {
          ...EVERY_OPTION,
          guardDuty: {
            ...EVERY_OPTION.guardDuty,
            trustedEntitySets: THIRTY_FOUR.map((region, index) => list(index, [region])),
            threatEntitySets: Array.from({ length: 6 }, (_, index) => list(100 + index)),
          },
          securityHub: {
            ...EVERY_OPTION.securityHub,
            outsideMembers: Array.from({ length: 100 }, (_, index) => ({
              accountId: String(500_000_000_000 + index),
              email: `root-${index}@acquired.example.com`,
            })),
          },
        },
      },
    ],
  ] as const) {
    it(`fit into IAM's limits ${what}`, () => {
      const many = settings(chosen);
      for (const role of [
        ...bootstrapRoles(many, ORGANIZATION).map((placed) => placed.role),
        memberDeploymentRole(many),
        outsideDeploymentRole(many),
      ]) {
        assert.ok(JSON.stringify(Object.values(role.policies)).length <= 10_240, role.roleName);
        assert.ok(JSON.stringify(role.trust).length <= 2048, role.roleName);
        assert.ok((role.attached ?? []).length <= 10, role.roleName);
        for (const { policyName, document } of managed(role)) {
          const { length } = JSON.stringify(document);
          assert.ok(length <= 6144, `${policyName}: ${length}`);
        }
        const sids = statements(role).map(({ Sid }) => Sid);
        assert.equal(new Set(sids).size, sids.length, role.roleName);
      }
      assert.ok(membershipSessionPolicy(many.regions).length <= 2048);
    });
  }

  it("keep what has no room in them in policies that are attached, and lose nothing by it", () => {
    const lists = Array.from({ length: 6 }, (_, index) => list(index));
    const from = settings({ regions: dozen, features: { ...EVERY_OPTION, guardDuty: { threatEntitySets: lists } } });
    const [, full] = bootstrapRoles(from, ORGANIZATION);
    assert.deepEqual(
      full?.role.attached?.map(({ policyName }) => policyName),
      ["BulwarkDeployment-rights-1"],
    );
    const readable = full && statements(full.role).filter(({ Sid }) => Sid.startsWith("EntityLists"));
    assert.equal(readable?.flatMap(({ Resource = [] }) => Resource).length, lists.length);
    const own = full?.role.boundary?.document.Statement.find(({ Sid }) => Sid === "NotItself");
    assert.ok(own?.Resource?.includes("arn:aws:iam::*:policy/BulwarkDeployment-rights-*"));
    assert.equal(member.attached, undefined);
  });

  for (const [name, role] of Object.entries(roles)) {
    it(`allow ${name} no action by a wildcard of a whole service`, () => {
      for (const action of allowed(role)) assert.doesNotMatch(action, /^\*$|:\*$/);
    });
  }

  it("trust the service only, with the operation's id as source identity", () => {
    for (const role of [security, logArchive, management, member]) {
      assert.deepEqual(role.trust.Statement, [
        {
          Sid: "BulwarkService",
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${SECURITY}:role/BulwarkService` },
          Action: ["sts:AssumeRole", "sts:SetSourceIdentity"],
        },
      ]);
    }
  });

  it("let the service do nothing but become another role of Bulwark, in the organization", () => {
    assert.deepEqual(statements(service), [
      {
        Sid: "BecomeBulwarkRoles",
        Effect: "Allow",
        Action: ["sts:AssumeRole", "sts:SetSourceIdentity"],
        Resource: [`arn:aws:iam::${MANAGEMENT}:role/BulwarkManagement`, "arn:aws:iam::*:role/BulwarkDeployment"],
        Condition: { StringEquals: { "aws:ResourceOrgID": ORGANIZATION } },
      },
    ]);
  });

  it("let the management role into members of the organization, never into the security or log-archive account", () => {
    const assume = statements(management).filter(({ Action }) => Action?.includes("sts:AssumeRole"));
    assert.deepEqual(
      assume.map(({ Effect, Resource }) => [Effect, Resource]),
      [
        ["Allow", ["arn:aws:iam::*:role/OrganizationAccountAccessRole"]],
        ["Deny", [SECURITY, LOG_ARCHIVE].map((id) => `arn:aws:iam::${id}:role/OrganizationAccountAccessRole`)],
      ],
    );
  });

  it("keep the management role out of the accounts that the settings exclude", () => {
    const [, , , excluding] = bootstrapRoles(settings({ excludedAccounts: ["100000000007"] }), ORGANIZATION);
    const deny = excluding && statements(excluding.role).find(({ Effect }) => Effect === "Deny");
    assert.ok(deny?.Resource?.includes("arn:aws:iam::100000000007:role/OrganizationAccountAccessRole"));
    assert.equal(deny?.Resource?.length, 3);
  });

  it("let the management role delegate the services of the admin stack and touch one queue and one rule", () => {
    const trust = statements(management).find(({ Sid }) => Sid === "TrustedAccess");
    assert.deepEqual(trust?.Condition?.StringEquals?.["organizations:ServicePrincipal"], [
      "securityhub.amazonaws.com",
      "guardduty.amazonaws.com",
      "malware-protection.guardduty.amazonaws.com",
      "access-analyzer.amazonaws.com",
      "inspector2.amazonaws.com",
      "config.amazonaws.com",
      "config-multiaccountsetup.amazonaws.com",
    ]);
    for (const { Action, Resource } of statements(management)) {
      if (Action?.some((action) => /^(sqs|events):/.test(action))) {
        assert.match(
          Resource?.join() ?? "",
          new RegExp(`^arn:aws:(sqs|events):us-east-1:${MANAGEMENT}:(rule/)?bulwark-account-events\\*?$`),
        );
      }
    }
  });

  it("give the log archive's role no way to lose evidence", () => {
    // What was recorded and delivered stays.
    const recording = ["config:DeleteConfigurationRecorder", "config:DeleteDeliveryChannel"];
    for (const action of allowed(logArchive).filter((one) => !recording.includes(one))) {
      assert.doesNotMatch(action, /Delete|PutLifecycle|ScheduleKey|DisableKey|Bypass|^s3:GetObject$|^kms:Decrypt$/);
    }
    for (const { Action, Resource } of statements(logArchive)) {
      if (Action?.some((action) => action.startsWith("s3:"))) assert.deepEqual(Resource, ["arn:aws:s3:::bulwark-*"]);
    }
  });

  for (const [place, role] of Object.entries({ security, logArchive, member })) {
    it(`hold the deployment role of ${place} back by a boundary that covers its rights, and denies changing itself or losing evidence`, () => {
      const boundary = role.boundary?.document.Statement ?? [];
      const [most] = boundary;
      const covers = (action: string) =>
        most?.Action?.some((pattern) => pattern === action || pattern === `${action.split(":")[0]}:*`) ?? false;
      for (const action of allowed(role)) assert.ok(covers(action), action);
      const denied = Object.fromEntries(boundary.filter(({ Effect }) => Effect === "Deny").map((s) => [s.Sid, s]));
      assert.deepEqual(denied.NotItself?.NotAction, ["iam:Get*", "iam:List*"]);
      for (const own of ["role/BulwarkDeployment", "role/BulwarkService", "policy/BulwarkDeploymentBoundary"]) {
        assert.ok(denied.NotItself?.Resource?.includes(`arn:aws:iam::*:${own}`), own);
      }
      assert.ok(denied.NoLossOfEvidence?.Action?.includes("s3:DeleteObjectVersion"));
      assert.ok(denied.NoLossOfKeys?.Action?.includes("kms:ScheduleKeyDeletion"));
    });
  }

  it("let a member's role make roles of remediations only within their boundary, which no deployment role can change", () => {
    const giving = ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"];
    const remediations = statements(member).filter(({ Resource }) => Resource?.some((arn) => /Remediation-/.test(arn)));
    for (const { Action, Resource, Condition } of remediations) {
      assert.deepEqual(Resource, ["arn:aws:iam::*:role/BulwarkRemediation-*"]);
      if (!Action?.some((action) => giving.includes(action))) continue;
      const boundary = "arn:aws:iam::*:policy/BulwarkRemediationBoundary";
      assert.deepEqual(Condition, { ArnLike: { "iam:PermissionsBoundary": boundary } });
    }
    assert.equal(remediations.length, 2);
    assert.ok(
      allowed(member).every((action) => !/Boundary$/.test(action) || action === "iam:PutRolePermissionsBoundary"),
    );
    for (const role of [security, member]) {
      const [only, ...others] = role.boundariesOfOthers ?? [];
      assert.deepEqual(others, []);
      const own = role.boundary?.document.Statement.find(({ Sid }) => Sid === "NotItself");
      assert.ok(own?.Resource?.includes(`arn:aws:iam::*:policy/${only?.policyName}`));
    }
    assert.equal(logArchive.boundariesOfOthers?.length, 0);
  });

  it("let no remediation do more than all manifests say, nor anything to Bulwark, and the response no more than its own work", () => {
    const [most, own, ...others] = member.boundariesOfOthers?.[0]?.document.Statement ?? [];
    const named = MANIFESTS.flatMap(({ role }) => role.flatMap(({ actions }) => actions));
    assert.deepEqual([most?.Effect, most?.Action], ["Allow", [...new Set(named)].sort()]);
    assert.deepEqual([own?.Effect, others], ["Deny", []]);
    // IAM User Guide, "IAM and AWS STS quotas": 6,144 characters of a managed policy, with the longest names in it.
    const roles = Object.fromEntries(Object.keys(settings().roles).map((role) => [role, `${role}-`.padEnd(64, "x")]));
    const [homeRegion, regions] = ["us-gov-west-1", ["us-gov-west-1"]];
    const wide = memberDeploymentRole(settings({ partition: "aws-us-gov", homeRegion, regions, roles }));
    const { length } = JSON.stringify(wide.boundariesOfOthers?.[0]?.document);
    assert.ok(length <= 6144, `${length} characters`);
    for (const kept of ["role/Bulwark*", "policy/Bulwark*", "role/OrganizationAccountAccessRole"]) {
      assert.ok(own?.Resource?.includes(`arn:aws:iam::*:${kept}`), kept);
    }
    const [response] = security.boundariesOfOthers ?? [];
    const [become, work, elsewhere] = response?.document.Statement ?? [];
    assert.deepEqual(
      [become?.Action, become?.Resource],
      [["sts:AssumeRole", "sts:SetSourceIdentity"], ["arn:aws:iam::*:role/BulwarkRemediation-*"]],
    );
    for (const resource of work?.Resource ?? []) assert.match(resource, /bulwark/);
    for (const action of elsewhere?.Action ?? [])
      assert.match(action, /:(List|Get|Decrypt|Generate|BatchUpdateFindings)/);
  });

  it("let a member's role make and remove the service-linked roles that come with a baseline, and no other", () => {
    const linked = statements(member).find(({ Sid }) => Sid === "ServiceLinkedRoles");
    assert.deepEqual(
      [...(linked?.Resource ?? [])].sort(),
      Object.keys(ACCOUNT_SERVICE_LINKED_ROLES)
        .map((name) => `arn:aws:iam::*:role/aws-service-role/${name}/*`)
        .sort(),
    );
    assert.ok(linked?.Action?.includes("iam:DeleteServiceLinkedRole"));
    assert.ok(allowed(member).includes("iam:GetServiceLinkedRoleDeletionStatus"));
  });

  it("narrow regional services to the configured regions", () => {
    for (const role of [security, member]) {
      const services = statements(role).find(({ Sid }) => Sid === "SecurityServices");
      assert.deepEqual(services?.Condition, { StringEquals: { "aws:RequestedRegion": ["us-east-1", "us-west-2"] } });
    }
  });

  it("give a member's role no membership actions, and a baseline run in the security account no other writes", () => {
    assert.ok(allowed(member).every((action) => !/Members?$/.test(action)));
    const session = JSON.parse(membershipSessionPolicy(from.regions)) as PolicyDocument;
    const [memberships, ofExtensions, listing, organization, ...others] = session.Statement;
    assert.deepEqual(others, []);
    // Of the account's extensions what their names begin with, nothing that the admin stack has made.
    assert.deepEqual(ofExtensions?.Resource, [
      "arn:aws:access-analyzer:*:*:analyzer/*/archive-rule/bulwark-extension-*",
      "arn:aws:ssm:*:*:parameter/bulwark/*",
    ]);
    assert.deepEqual(listing?.Action, ["ssm:DescribeParameters"]);
    const ofMembers =
      /^(securityhub|guardduty):\w+Member(s|Detectors)$|^inspector2:(\w+Member|Enable|Disable|BatchGetAccountStatus)$|^securityhub:\*(AutomationRule|Tag)\*$/;
    assert.ok(memberships?.Action?.every((action) => ofMembers.test(action)));
    // The services read the organization with their caller's rights, which a session policy narrows too.
    assert.ok(organization?.Action?.every((action) => /^organizations:(Describe|List)/.test(action)));
    for (const action of session.Statement.flatMap(({ Action }) => Action ?? [])) {
      assert.ok(allowed(security).includes(action), action);
    }
  });

  it("let the API read findings and incidents, ask the responder, set the kill switch and take repairs, within what the security account's role may do", () => {
    const session = responseSessionPolicy(from);
    assert.ok(session.length <= 2048);
    const { Statement: may } = JSON.parse(session) as PolicyDocument;
    assert.deepEqual(
      may.flatMap(({ Action }) => Action ?? []).filter((action) => !/:(Get|Query$)/.test(action)),
      ["sqs:SendMessage", "kms:Decrypt", "kms:GenerateDataKey", "ssm:PutParameter"],
    );
    const { Statement: takes } = JSON.parse(repairSessionPolicy(from)) as PolicyDocument;
    assert.deepEqual(
      takes.flatMap(({ Action }) => Action ?? []),
      ["sqs:DeleteMessage", "sqs:ReceiveMessage", "kms:Decrypt"],
    );
    for (const { Sid, Action = [], Resource, Condition } of [...may, ...takes]) {
      const same = statements(security).filter((own) =>
        isDeepStrictEqual([own.Resource, own.Condition], [Resource, Condition]),
      );
      const allowed = same.flatMap((own) => own.Action ?? []);
      for (const action of Action) assert.ok(allowed.includes(action), `${Sid}: ${action}`);
    }
  });

  it("let a preview that looks by the administrator's role of AWS read what the deployment role reads, and nothing else", () => {
    const session = readingSessionPolicy();
    assert.ok(session.length <= 2048);
    const [reading, ...others] = (JSON.parse(session) as PolicyDocument).Statement;
    assert.deepEqual(others, []);
    const reads = (action: string) => /^[\w-]+:(Get|List|Describe|BatchGet)\w+$/.test(action);
    assert.ok(reading?.Action?.every(reads), JSON.stringify(reading?.Action));
    // How the deletion of a role goes is asked only by who deletes one.
    const needed = [
      ...allowed(member).filter((action) => reads(action) && !action.endsWith("DeletionStatus")),
      // Which the deployment role has by `securityhub:*SecurityControl*`.
      "securityhub:ListSecurityControlDefinitions",
    ];
    assert.ok(allowed(member).includes("securityhub:*SecurityControl*"));
    assert.deepEqual([...new Set(reading?.Action)].sort(), [...new Set(needed)].sort());
  });

  it("have a version that changes with their documents and with nothing else", () => {
    assert.equal(memberDeploymentRole(settings()).version, member.version);
    assert.notEqual(memberDeploymentRole(settings({ regions: ["us-east-1"] })).version, member.version);
    const renamed = settings({ roles: { deploymentBoundary: "AnotherBoundary" } });
    assert.notEqual(memberDeploymentRole(renamed).version, member.version);
    assert.equal(new Set(Object.values(roles).map(({ version }) => version)).size, 5);
  });

  for (const [partition, region] of [
    ["aws-us-gov", "us-gov-west-1"],
    ["aws-cn", "cn-north-1"],
  ] as const) {
    it(`have ARNs of ${partition} there`, () => {
      const there = settings({ partition, homeRegion: region, regions: [region] });
      const all = [...bootstrapRoles(there, ORGANIZATION).map(({ role }) => role), memberDeploymentRole(there)];
      const arns = JSON.stringify(all.flatMap(documents)).match(/arn:[a-z-]+:/g) ?? [];
      assert.deepEqual([...new Set(arns)], [`arn:${partition}:`]);
    });
  }
});
