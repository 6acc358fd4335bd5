import assert from "node:assert/strict";
import fc from "fast-check";
import type { Access } from "../../remediation/policy-conditions.ts";
import {
  canonicalPolicy,
  type Fields,
  listOf,
  policyDocument,
  statementsOf,
} from "../../remediation/policy-document.ts";
import { withoutUnauthorized } from "../../remediation/policy-principals.ts";
import type { Kept } from "../../remediation/remediation.ts";
import { isUntouchable, matchesPattern } from "../../remediation/text-pattern.ts";

const OWN = "100000000001";
const SISTER = "100000000002";
const PARTNER = "444455556666";
const STRANGER = "999988887777";
const ORGANIZATION = "o-a1b2c3d4e5";
const access: Access = { own: OWN, accounts: [OWN, SISTER, PARTNER], organizationId: ORGANIZATION };

/** Each way to name somebody of an account. */
const waysOf = (account: string) => [
  account,
  `arn:aws:iam::${account}:root`,
  `arn:aws-us-gov:iam::${account}:role/team/Deployer`,
  `arn:aws:iam::${account}:user/x:${OWN}:y`,
  `arn:aws:sts::${account}:assumed-role/Deployer/session`,
  `arn:aws:sts::${account}:federated-user/bob`,
];
const OURS = [OWN, SISTER, PARTNER].flatMap(waysOf);
const THEIRS = waysOf(STRANGER);
const IDS = ["AROAEXAMPLEEXAMPLE123", "AIDAEXAMPLEEXAMPLE456"];
const CLOUDFRONT = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1ABC";

const allow = (Principal: Kept, more: Fields = {}): Fields => ({
  Effect: "Allow",
  Principal,
  Action: "s3:*",
  Resource: "*",
  ...more,
});
const policy = (...Statement: readonly Fields[]): Fields => ({ Version: "2012-10-17", Id: "x", Statement });
const everybody = (Condition: Fields) => policy(allow("*", { Condition }));
const left = (document: string | Fields, administration?: string) => {
  const answer = withoutUnauthorized(document, access, administration);
  return answer.kind === "narrowed" ? answer.policy : answer.kind;
};

describe("a policy without unauthorized principals", () => {
  it("keeps who may have access, in every way to write it, and takes the others, from text and from objects", () => {
    for (const name of OURS) assert.equal(left(policy(allow({ AWS: name }))), "same", name);
    for (const name of [...IDS, CLOUDFRONT]) assert.equal(left(policy(allow({ AWS: [name] }))), "same", name);
    for (const name of THEIRS) {
      assert.equal(left(policy(allow({ AWS: name }))), null, name);
      assert.equal(left(JSON.stringify({ Statement: allow({ AWS: [name] }) })), null, name);
      assert.deepEqual(left(policy(allow({ AWS: [name, OWN], Service: "sns.amazonaws.com" }, { Sid: "a" }))), {
        ...policy(allow({ AWS: [OWN], Service: "sns.amazonaws.com" }, { Sid: "a" })),
      });
    }
    const statement = allow({ AWS: [STRANGER, OWN] });
    assert.deepEqual(left({ Statement: statement }), { Statement: { ...statement, Principal: { AWS: [OWN] } } });
  });

  it("keeps services and identity providers of no account, and judges providers of accounts by theirs", () => {
    assert.equal(left(policy(allow({ Service: ["ec2.amazonaws.com"] }))), "same");
    assert.equal(left(policy(allow({ Federated: "accounts.google.com" }))), "same");
    assert.equal(left(policy(allow({ Federated: `arn:aws:iam::${OWN}:oidc-provider/token.example.com` }))), "same");
    assert.equal(left(policy(allow({ Federated: `arn:aws:iam::${STRANGER}:saml-provider/X` }))), null);
  });

  it("leaves Deny statements as they are, whomever they name", () => {
    const deny = [
      { Effect: "Deny", Principal: "*", Action: "*" },
      { Effect: "Deny", NotPrincipal: { AWS: STRANGER }, Action: "*" },
      { Effect: "Deny", Principal: { AWS: STRANGER } },
    ];
    assert.equal(left(policy(...deny)), "same");
    assert.deepEqual(left(policy(...deny, allow("*"))), policy(...deny));
  });

  it("keeps everybody where a condition limits that to accounts that may, or to the organization", () => {
    const bucketArn = "arn:aws:s3:::one-bucket";
    const limiting: Fields[] = [
      { StringEquals: { "aws:PrincipalOrgID": ORGANIZATION } },
      { StringLike: { "AWS:principalorgid": [ORGANIZATION] } },
      { StringEquals: { "aws:SourceOrgID": ORGANIZATION } },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM's notation
      { StringEquals: { "aws:PrincipalOrgID": "${aws:ResourceOrgID}" } },
      { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": `${ORGANIZATION}/r-ab12/ou-ab12-11111111/*` } },
      { StringEquals: { "aws:PrincipalAccount": [OWN, PARTNER] } },
      // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM's notation
      { StringEquals: { "aws:PrincipalAccount": "${aws:ResourceAccount}" } },
      { StringEquals: { "aws:SourceAccount": SISTER }, Bool: { "aws:SecureTransport": true } },
      { StringEquals: { "AWS:SourceOwner": OWN } },
      { StringEquals: { "kms:CallerAccount": OWN, "kms:ViaService": "s3.us-east-1.amazonaws.com" } },
      { StringEquals: { "s3:DataAccessPointAccount": OWN } },
      { ArnLike: { "aws:SourceArn": `arn:*:sns:*:${OWN}:*` } },
      { StringLike: { "aws:SourceArn": `arn:aws:sns:*:${OWN}:*` } },
      { ArnEquals: { "aws:SourceArn": bucketArn } },
      { ArnLike: { "aws:SourceArn": "arn:aws:s3:*:*:one-bucket" } },
      { ArnEquals: { "aws:PrincipalArn": `arn:aws:iam::${OWN}:role/*` } },
      { StringNotEquals: { "aws:PrincipalArn": "x" }, StringEquals: { "aws:PrincipalAccount": OWN } },
    ];
    for (const Condition of limiting) assert.equal(left(everybody(Condition)), "same", JSON.stringify(Condition));
  });

  it("takes everybody where conditions seem to limit, and don't", () => {
    const open: Fields[] = [
      {},
      { StringLike: { "aws:PrincipalOrgID": "*" } },
      { StringLike: { "aws:PrincipalOrgID": "o-*" } },
      { StringEquals: { "aws:PrincipalOrgID": "o-zzzzzzzzzz" } },
      { StringEquals: { "aws:PrincipalOrgID": [ORGANIZATION, "o-zzzzzzzzzz"] } },
      { StringEquals: { "aws:PrincipalOrgID": [] } },
      { StringEqualsIfExists: { "aws:PrincipalOrgID": ORGANIZATION } },
      { StringNotEquals: { "aws:PrincipalOrgID": ORGANIZATION } },
      { "ForAllValues:StringLike": { "aws:PrincipalOrgPaths": `${ORGANIZATION}/*` } },
      { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "*" } },
      { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": `${ORGANIZATION}*` } },
      { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-*/r-ab12/*" } },
      { StringEquals: { "aws:PrincipalAccount": [OWN, STRANGER] } },
      { StringLike: { "aws:PrincipalAccount": "10000000000?" } },
      { StringLike: { "aws:SourceAccount": "*" } },
      { Null: { "aws:PrincipalAccount": "false" } },
      { Bool: { "aws:SecureTransport": "true" } },
      { IpAddress: { "aws:SourceIp": "0.0.0.0/0" } },
      { IpAddress: { "aws:SourceIp": ["0.0.0.0/1", "203.0.113.0/24"] } },
      { IpAddress: { "aws:SourceIp": "::/0" } },
      { IpAddress: { "aws:SourceIp": [] } },
      { NotIpAddress: { "aws:SourceIp": "203.0.113.0/24" } },
      { IpAddressIfExists: { "aws:SourceIp": "203.0.113.0/24" } },
      { StringLike: { "aws:SourceVpce": "*" } },
      { ArnLike: { "aws:SourceArn": `arn:aws:sns:*:${STRANGER}:*` } },
      { ArnLike: { "aws:SourceArn": "arn:aws:sns:*:*:*" } },
      { ArnLike: { "aws:SourceArn": "arn:aws:s3:::*" } },
      { StringLike: { "aws:PrincipalArn": `arn:aws:iam:*:${OWN}:*` } },
      { StringLike: { "aws:PrincipalArn": `*:${OWN}:*` } },
      { StringLike: { "aws:PrincipalArn": `arn:*:${OWN}:role/x` } },
      { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/Deployer" } },
      { StringEquals: { "lambda:FunctionUrlAuthType": "NONE" } },
    ];
    for (const Condition of open) assert.equal(left(everybody(Condition)), null, JSON.stringify(Condition));
    assert.equal(left(policy(allow({ AWS: "*" }))), null);
    assert.deepEqual(left(policy(allow({ AWS: ["*", OWN] }))), policy(allow({ AWS: [OWN] })));
    // Someone named is not let in by a condition that is there for everybody else.
    const limited = { Condition: { StringEquals: { "aws:PrincipalAccount": OWN } } };
    assert.deepEqual(left(policy(allow({ AWS: ["*", STRANGER] }, limited))), policy(allow({ AWS: ["*"] }, limited)));
  });

  it("keeps everybody where one of many conditions limits, since all must hold, and only then", () => {
    const condition = fc.constantFrom<[string, string, Kept, boolean]>(
      ["StringEquals", "aws:PrincipalOrgID", ORGANIZATION, true],
      ["StringEquals", "aws:SourceAccount", [OWN, PARTNER], true],
      ["ArnLike", "aws:PrincipalArn", `arn:aws:iam::${SISTER}:role/*`, true],
      ["StringEquals", "aws:PrincipalAccount", [OWN, STRANGER], false],
      ["StringLike", "aws:PrincipalOrgID", "*", false],
      ["StringEqualsIfExists", "aws:PrincipalOrgID", ORGANIZATION, false],
      ["StringNotEquals", "aws:PrincipalAccount", OWN, false],
      ["Bool", "aws:SecureTransport", "true", false],
    );
    const selector = ([operator, key]: [string, string, Kept, boolean]) => `${operator} ${key}`;
    fc.assert(
      fc.property(fc.uniqueArray(condition, { selector }), (conditions) => {
        const Condition: Record<string, Record<string, Kept>> = {};
        for (const [operator, key, value] of conditions) Condition[operator] = { ...Condition[operator], [key]: value };
        assert.equal(left(everybody(Condition)), conditions.some(([, , , limits]) => limits) ? "same" : null);
      }),
    );
  });

  it("takes any organization for the own one only where that is not known", () => {
    const other = everybody({ StringEquals: { "aws:PrincipalOrgID": "o-zzzzzzzzzz" } });
    assert.equal(withoutUnauthorized(other, { own: OWN, accounts: [] }).kind, "same");
    const none = everybody({ StringLike: { "aws:PrincipalOrgID": "o-*" } });
    assert.equal(withoutUnauthorized(none, { own: OWN, accounts: [] }).kind, "narrowed");
  });

  it("refuses what must be judged by a person, and says why", () => {
    const cases: [string | Fields, RegExp][] = [
      ["", /no policy document/],
      ["[]", /no policy document/],
      ["null", /no policy document/],
      ['{"Statement":["x"]}', /no policy document/],
      [policy({ Effect: "Allow", NotPrincipal: { AWS: OWN }, Action: "*" }, allow("*")), /NotPrincipal/],
      [policy({ Effect: "Allow", Action: "*" }), /no principal/],
      [policy({ Action: "*", Principal: "*" }), /neither allows nor denies/],
      [policy(allow("someone")), /no principal/],
      [policy(allow({ AWS: [1] })), /no text/],
      [policy(allow({ AWS: "arn:aws:iam::*:root" })), /can't be told/],
      [policy(allow({ AWS: "" })), /can't be told/],
      [policy(allow({ Other: STRANGER })), /can't be told/],
      [policy(allow({ CanonicalUser: "a".repeat(64) })), /canonical/],
      [everybody({ StringEquals: { "aws:SourceVpce": "vpce-1a2b3c4d" } }), /network/],
      [everybody({ IpAddress: { "aws:SourceIp": "203.0.113.0/24" } }), /network/],
      [everybody({ IpAddress: { "AWS:SourceIp": ["203.0.113.7", "2001:db8::/32"] } }), /network/],
      // AWS would refuse the rest of it.
      ...IDS.map((id): [Fields, RegExp] => [policy(allow({ AWS: [id, STRANGER] })), /was deleted/]),
      [policy(allow({ AWS: STRANGER }), { Effect: "Deny", Principal: { AWS: IDS[0] ?? "" } }), /was deleted/],
    ];
    for (const [document, why] of cases) {
      const answer = withoutUnauthorized(document, access);
      assert.ok(answer.kind === "refuse", JSON.stringify(document));
      assert.match(answer.why, why);
    }
  });

  it("never takes the last administrator away", () => {
    const ACTION = "kms:PutKeyPolicy";
    const root = (Action: Kept, more: Fields = {}) => allow({ AWS: `arn:aws:iam::${OWN}:root` }, { Action, ...more });
    const stranger = allow({ AWS: STRANGER }, { Action: "kms:*" });
    for (const Action of ["kms:*", "*", "KMS:Put*", ["kms:Decrypt", ACTION]]) {
      assert.deepEqual(left(policy(root(Action), stranger), ACTION), policy(root(Action)));
    }
    const leaving = [
      policy(stranger),
      policy(root("kms:Decrypt"), stranger),
      policy(root("kms:*", { Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } }), stranger),
      policy(root("kms:*", { Effect: "Deny" }), stranger),
      policy(allow({ AWS: `arn:aws:iam::${OWN}:role/Admin` }, { Action: "kms:*" }), stranger),
      policy(allow({ AWS: SISTER }, { Action: "kms:*" }), stranger),
    ];
    for (const document of leaving) assert.equal(left(document, ACTION), "refuse", JSON.stringify(document));
    assert.equal(left(policy(root("kms:Decrypt")), ACTION), "same", "what stays as it is takes nothing away");
  });

  const names = (of: readonly string[]) => fc.array(fc.constantFrom(...of), { maxLength: 3 });
  const statement = fc
    .record({
      Effect: fc.constantFrom("Allow", "Allow", "Deny"),
      ours: names(OURS),
      theirs: names([...THEIRS, "*"]),
      service: fc.boolean(),
      Sid: fc.string(),
      Condition: fc.constantFrom<Fields>({}, { Bool: { "aws:SecureTransport": "true" } }),
    })
    .filter(({ ours, theirs, service }) => ours.length + theirs.length > 0 || service)
    .map(({ Effect, ours, theirs, service, Sid, Condition }): Fields => {
      const AWS = [...theirs, ...ours];
      const Principal = { ...(AWS.length > 0 ? { AWS } : {}), ...(service ? { Service: "sns.amazonaws.com" } : {}) };
      return { Sid, Effect, Principal, Action: ["s3:GetObject"], Resource: "*", Condition };
    });
  const document = fc
    .array(statement, { maxLength: 5 })
    .map((Statement): Fields => ({ Version: "2012-10-17", Statement }));
  const isTheirs = (name: Kept) => name === "*" || THEIRS.includes(String(name));
  const namesOf = ({ Principal }: Fields) => listOf((Principal as Fields).AWS);

  it("takes all unauthorized principals and nothing else, whatever the policy, and is done after once", () => {
    fc.assert(
      fc.property(document, (before) => {
        const wanted = statementsOf(before).flatMap((one) => {
          if (one.Effect === "Deny" || !namesOf(one).some(isTheirs)) return [one];
          const { AWS: _gone, ...others } = one.Principal as Fields;
          const AWS = namesOf(one).filter((name) => !isTheirs(name));
          const Principal: Fields = AWS.length > 0 ? { ...others, AWS } : others;
          return Object.keys(Principal).length > 0 ? [{ ...one, Principal }] : [];
        });
        const answer = withoutUnauthorized(JSON.stringify(before), access);
        assert.ok(answer.kind !== "refuse");
        const after = answer.kind === "same" ? before : answer.policy;
        assert.deepEqual(
          after,
          answer.kind !== "same" && wanted.length === 0 ? null : { ...before, Statement: wanted },
        );
        if (after !== null) assert.equal(withoutUnauthorized(after, access).kind, "same");
      }),
    );
  });

  it("has one canonical text, however a service writes it, that says the same", () => {
    const reversed = (value: Kept): Kept => {
      if (Array.isArray(value)) return value.length === 1 ? value[0] : [...value].reverse();
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, one]) => [key, reversed(one as Kept)]),
      );
    };
    fc.assert(
      fc.property(document, (before) => {
        const text = canonicalPolicy(before);
        const again = policyDocument(text);
        assert.ok(again !== undefined);
        assert.equal(canonicalPolicy(again), text);
        const rewritten = statementsOf(before).map((one) => reversed(one) as Fields);
        assert.equal(canonicalPolicy({ Statement: rewritten, Version: "2012-10-17" }), text);
        assert.equal(
          withoutUnauthorized(again, access).kind,
          withoutUnauthorized(before, access).kind,
          "the canonical text lets in whom the policy lets in",
        );
      }),
    );
    const typed = policy(allow("*", { Condition: { Bool: { "aws:SecureTransport": [false] } } }));
    const textual = policy(allow("*", { Condition: { Bool: { "aws:SecureTransport": "false" } } }));
    assert.equal(canonicalPolicy(typed), canonicalPolicy(textual));
  });

  it("knows untouchable roles by their names, whatever their path", () => {
    const patterns = ["arn:aws:iam::*:role/BreakGlass", "arn:aws:iam::*:role/Bulwark*", "arn:aws:s3:::bulwark-*"];
    for (const arn of [`arn:aws:iam::${OWN}:role/BreakGlass`, `arn:aws:iam::${OWN}:role/a/b/BreakGlass`]) {
      assert.equal(isUntouchable(arn, patterns), true, arn);
    }
    assert.equal(isUntouchable("arn:aws:s3:::bulwark-findings", patterns), true);
    assert.equal(isUntouchable(`arn:aws:iam::${OWN}:role/BreakGlass2`, patterns), false);
    assert.equal(isUntouchable("arn:aws:s3:::my-bulwark-findings", patterns), false);
    assert.equal(matchesPattern("a.c*[", "abc["), false);
  });
});
