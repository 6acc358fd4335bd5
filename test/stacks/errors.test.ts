import assert from "node:assert/strict";
import fc from "fast-check";
import { type Failure, StackRunError, worstOf } from "../../stacks/errors.ts";
import { engineFailure, oneLine, programFailure, publicDiagnostic, resourceFailure } from "../../stacks/failures.ts";

const place = {
  stack: "account-100000000001",
  urn: "urn:pulumi:account-100000000001::bulwark::aws:securityhub/account:Account::hub-us-east-1",
  type: "aws:securityhub/account:Account",
  name: "hub-us-east-1",
  op: "create",
  accountId: "100000000001",
  region: "us-east-1",
};
const run = { verb: "up", stack: "account-100000000001" };

const sdk = (service: string, operation: string, status: number, error: string) =>
  `creating it: operation error ${service}: ${operation}, https response error StatusCode: ${status}, RequestID: 5c0b, ${error}`;

describe("a provider's error", () => {
  const texts: [text: string, expected: Partial<Failure>][] = [
    [
      sdk("SecurityHub", "EnableSecurityHub", 403, "api error AccessDeniedException: User: arn:x is not authorized"),
      {
        code: "access_denied",
        retryable: false,
        service: "SecurityHub",
        call: "securityhub:EnableSecurityHub",
        awsCode: "AccessDeniedException",
      },
    ],
    [
      sdk("EC2", "EnableEbsEncryptionByDefault", 403, "api error UnauthorizedOperation: You are not authorized"),
      { code: "access_denied", call: "ec2:EnableEbsEncryptionByDefault" },
    ],
    [
      sdk("Config Service", "PutConfigurationRecorder", 400, "api error ThrottlingException: Rate exceeded"),
      { code: "throttled", retryable: true, call: "config:PutConfigurationRecorder" },
    ],
    [
      sdk("GuardDuty", "CreateDetector", 429, "api error TooManyRequestsException: Too Many Requests"),
      { code: "throttled", retryable: true },
    ],
    [
      sdk("S3 Control", "PutPublicAccessBlock", 503, "api error SlowDown: Reduce your rate"),
      { code: "throttled", call: "s3:PutPublicAccessBlock" },
    ],
    [
      sdk("EC2", "DescribeRegions", 401, "api error OptInRequired: You are not subscribed to this service"),
      { code: "opt_in_required", retryable: true },
    ],
    [
      sdk("SecurityHub", "DescribeHub", 403, "api error SubscriptionRequiredException: needs a subscription"),
      { code: "opt_in_required" },
    ],
    [
      sdk(
        "GuardDuty",
        "CreateDetector",
        403,
        "api error UnrecognizedClientException: The security token included in the request is invalid",
      ),
      { code: "opt_in_required", retryable: true },
    ],
    [
      sdk("IAM", "GetRole", 403, "api error ExpiredToken: The security token included in the request is expired"),
      { code: "expired_credentials", retryable: true },
    ],
    [
      sdk("Config Service", "PutDeliveryChannel", 500, "api error SomethingNew: what"),
      { code: "unavailable", retryable: true },
    ],
    [
      sdk("AccessAnalyzer", "CreateAnalyzer", 409, "api error ConflictException: exists"),
      { code: "conflict", call: "access-analyzer:CreateAnalyzer" },
    ],
    [
      sdk("S3", "GetBucketPolicy", 403, "api error AccessDenied: reading bucket policy denied"),
      { code: "access_denied", call: "s3:GetBucketPolicy" },
    ],
    [
      sdk("Organizations", "DetachPolicy", 400, "AccessDeniedException: User: arn:x is not authorized"),
      {
        code: "access_denied",
        retryable: false,
        call: "organizations:DetachPolicy",
        awsCode: "AccessDeniedException",
      },
    ],
    [
      sdk("Organizations", "CreatePolicy", 400, "TooManyRequestsException: You have exceeded the limit of calls"),
      { code: "throttled", retryable: true, awsCode: "TooManyRequestsException" },
    ],
    [
      sdk("S3", "CreateBucket", 409, "HostID: ab/c=, BucketAlreadyExists: taken"),
      { code: "unknown", awsCode: "BucketAlreadyExists", call: "s3:CreateBucket" },
    ],
    [
      "reading it: AccessDenied: no\n\tstatus code: 403, request id: 1",
      { code: "access_denied", awsCode: "AccessDenied" },
    ],
    [
      'creating resource: operation CREATE failed with "AccessDenied": User: x is not authorized',
      { code: "access_denied", service: "CloudControl", call: "cloudformation:CreateResource" },
    ],
    ['updating: operation UPDATE failed with "Throttling": Rate exceeded', { code: "throttled" }],
    [
      "configuring Terraform AWS Provider: validating provider credentials: retrieving caller identity: failed to refresh cached credentials, no EC2 IMDS role found",
      { code: "expired_credentials" },
    ],
    [
      `${sdk("SecurityHub", "EnableSecurityHub", 0, "").replace(/https response.*/, "")}exceeded maximum number of attempts, 9, dial tcp: lookup securityhub.us-east-1.amazonaws.com: no such host`,
      { code: "unavailable", retryable: true },
    ],
    [
      "waiting for it: timeout while waiting for state to become 'READY' (last state: 'PENDING', timeout: 3m0s)",
      { code: "timeout", retryable: true },
    ],
    [
      "creating GuardDuty Member Detector Feature (d/1/S3): The request is rejected because the given account ID is not an associated member of account the current account.",
      { code: "conflict", retryable: true },
    ],
    [
      "no resource plugin 'pulumi-resource-aws' found in the workspace at version v7.48.0 or on your $PATH",
      { code: "missing_plugin", retryable: false },
    ],
    ["resource urn:x cannot be deleted\nbecause it is protected.", { code: "protected_resource" }],
    ['unknown property "enabeld"', { code: "engine_error", retryable: false }],
  ];
  for (const [text, expected] of texts) {
    it(`is ${expected.code}: ${oneLine(text).slice(0, 90)}`, () => {
      const failure = resourceFailure(text, place);
      const picked = Object.fromEntries(Object.keys(expected).map((key) => [key, failure[key as keyof Failure]]));
      assert.deepEqual(picked, expected);
      assert.equal(failure.accountId, "100000000001");
      assert.equal(failure.region, "us-east-1");
      assert.equal(failure.resource, place.urn);
      assert.match(
        failure.message,
        /^creating hub-us-east-1 of stack account-100000000001 in account 100000000001, us-east-1: /,
      );
    });
  }

  it("is read without harm, whatever it says and wherever it comes from", () => {
    const words = fc.constantFrom(
      "operation error ",
      "api error ",
      ": ",
      "StatusCode: ",
      "403",
      "AccessDenied",
      "\n",
      '"',
      "violates plan",
      "{%reset%}",
    );
    const text = fc.oneof(
      fc.string({ maxLength: 3000 }),
      fc.array(fc.oneof(words, fc.string({ maxLength: 20 }))).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, fc.boolean(), (told, placed) => {
        const { accountId: _, region: __, ...nowhere } = place;
        for (const failure of [
          resourceFailure(told, placed ? place : nowhere),
          engineFailure(told, run),
          programFailure(told, run),
        ]) {
          assert.ok(failure.message.length > 0 && failure.message.length < 800);
          assert.doesNotMatch(failure.message, /\n/);
          assert.ok(failure.remedy.length > 10);
          assert.doesNotMatch(failure.remedy, /undefined|<stack>/);
          assert.equal(typeof failure.retryable, "boolean");
        }
      }),
    );
  });

  it("is retryable by its AWS code alone, whatever service and message", () => {
    const codes = {
      ThrottlingException: true,
      AccessDeniedException: false,
      OptInRequired: true,
      ExpiredTokenException: true,
      ValidationException: false,
    } as const;
    const message = fc
      .string({ maxLength: 60 })
      .filter((text) => !/plan|lock|plugin|space left|protected|EOF|timeout/i.test(text));
    fc.assert(
      fc.property(fc.constantFrom(...(Object.keys(codes) as (keyof typeof codes)[])), message, (code, told) => {
        assert.equal(
          resourceFailure(sdk("IAM", "GetRole", 400, `api error ${code}: ${told}`), place).retryable,
          codes[code],
        );
      }),
    );
  });
});

describe("the engine's error", () => {
  // What the pulumi CLI v3.256.0 writes, as it was seen.
  const texts: [text: string, code: Failure["code"]][] = [
    [
      "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.\n  file:///state/.pulumi/locks/x.json: created by root@vm (pid 22934) at 2026-11-22T01:52:22Z",
      "locked",
    ],
    ["error: [409] Conflict: Another update is currently in progress.", "locked"],
    ["error: getting stack configuration: get stack secrets manager: incorrect passphrase", "wrong_passphrase"],
    [
      "error: getting stack configuration: get stack secrets manager: unable to read PULUMI_CONFIG_PASSPHRASE_FILE: open /p: no such file or directory",
      "wrong_passphrase",
    ],
    ["error: no stack named 'account-1' found", "stack_not_found"],
    [
      "error: unable to open bucket file:///state?no_tmp_dir=true: stat /state: no such file or directory",
      "backend_unavailable",
    ],
    ["error: write /state/.pulumi/stacks/x.json: no space left on device", "disk_full"],
    [
      "error: could not read plugin [/home/plugins/resource-aws-v7.48.0/pulumi-resource-aws]: exit status -1",
      "crashed",
    ],
    ["error: resource aws plugin [/home/plugins/x] did not begin responding to RPC connections", "crashed"],
    [
      "error: \n       Detected that /home/plugins/resource-aws-v7.48.0/pulumi-resource-aws exited prematurely. \n       This is *always* a bug in the provider. Please report the issue to the provider author as appropriate.\n",
      "crashed",
    ],
    ["error: could not read plugin [/home/plugins/x]: exit status 1", "engine_error"],
    [
      'error: connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:38569: connect: connection refused"',
      "crashed",
    ],
    [
      'error: error reading from server: read tcp 127.0.0.1:4242->127.0.0.1:4343: read: connection reset by peer"',
      "crashed",
    ],
    ["Command was killed with SIGKILL (Forced termination): /bin/pulumi up", "crashed"],
    ["error: update canceled", "cancelled"],
    ["error: something that nobody has seen", "engine_error"],
    ["", "engine_error"],
  ];
  for (const [text, code] of texts) {
    it(`is ${code}: ${text.slice(0, 80)}`, () => {
      const failure = engineFailure(`Command failed with exit code 255: /bin/pulumi up --yes\n${text}\n`, run);
      assert.equal(failure.code, code);
      assert.match(failure.message, /^running up on stack account-100000000001: /);
      assert.doesNotMatch(failure.message, /Command failed|--yes/);
    });
  }

  it("of several errors at once tell the one that is understood", () => {
    const text =
      "error: 2 errors occurred:\n    1) write /state/locks/organization/x/s/5.json.tmp: no space left on device\n    2) Unknown\n";
    const { code, message } = engineFailure(`Command failed with exit code 255: /bin/pulumi up --yes\n${text}`, run);
    assert.equal(code, "disk_full");
    assert.match(message, /running up on stack account-100000000001: write \/state\/locks.*: no space left on device$/);
  });

  it("never passes on what a plan violation shows", () => {
    const text =
      "error: resource urn:pulumi:x::y violates plan: properties changed: ~~token[{password hunter2}!={password hunter3}]";
    const failures = [engineFailure(text, run), resourceFailure(text, place)];
    for (const failure of failures) {
      assert.equal(failure.code, "plan_violation");
      assert.doesNotMatch(JSON.stringify(failure), /hunter/);
    }
    assert.doesNotMatch(publicDiagnostic(text), /hunter/);
  });
});

describe("a program that fails", () => {
  for (const text of [
    "Unhandled exception: Error: 14 UNAVAILABLE: No connection established. Last error: Failed to connect (2026-11-22T20:11:08.190Z)",
    "Unhandled exception: Error: 14 UNAVAILABLE: Connection dropped\n    at callErrorFromStatus (file:///call.js:1:2)",
    "Error: 14 UNAVAILABLE: No connection established. Last error: connect ECONNREFUSED 127.0.0.1:40001",
    "14 UNAVAILABLE: read ECONNRESET",
  ]) {
    it(`because it did not reach the engine is tried again: ${text.slice(0, 70)}`, () => {
      const { code, retryable, message } = programFailure(text, run);
      assert.deepEqual([code, retryable], ["engine_error", true]);
      assert.match(
        message,
        /^running the program of stack account-100000000001: it did not reach the engine: .*14 UNAVAIL/,
      );
    });
  }

  for (const text of [
    "Unhandled exception: Error: boom",
    "Unhandled exception: Error: region us-east-9 is 14 UNAVAILABLE: No connection established",
    "Unhandled exception: Error: 14 UNAVAILABLE: the service is closed on Sundays",
    "Unhandled exception: Error: 13 INTERNAL: No connection established",
  ]) {
    it(`for a reason of its own is not: ${text.slice(0, 70)}`, () => {
      const { code, retryable } = programFailure(text, run);
      assert.deepEqual([code, retryable], ["program_error", false]);
    });
  }
});

describe("a diagnostic that is shown", () => {
  it("has one line, no stack trace and no colors", () => {
    const text =
      "<{%fg 1%}>Unhandled exception: Error: boom<{%reset%}>\n    at Object.init (file:///x.ts:1:2)\n    at async y\n";
    assert.equal(publicDiagnostic(text), "Unhandled exception: Error: boom");
    assert.equal(
      programFailure("Unhandled exception: TypeError: boom\n    at Object.init", run).message,
      "running the program of stack account-100000000001: boom",
    );
  });
});

describe("several failures of one run", () => {
  const failure = (code: Failure["code"], retryable: boolean): Failure => ({
    code,
    retryable,
    message: code,
    remedy: "…",
  });

  it("are told by the first that no retry cures, with the others beside it", () => {
    const [throttled, denied, conflict] = [
      failure("throttled", true),
      failure("access_denied", false),
      failure("conflict", true),
    ];
    assert.deepEqual(worstOf([throttled, denied, conflict]), { ...denied, others: [throttled, conflict] });
    assert.deepEqual(worstOf([throttled, conflict]), { ...throttled, others: [conflict] });
    assert.deepEqual(worstOf([throttled]), throttled);
    assert.equal(worstOf([]), undefined);
  });

  it("become one error that carries them as data", () => {
    const told = worstOf([failure("throttled", true), failure("access_denied", false)]);
    assert.ok(told);
    const error = new StackRunError({ ...told, accountId: "100000000001" });
    assert.ok(error instanceof Error);
    assert.deepEqual(
      [error.code, error.retryable, error.accountId, error.others?.length, error.region],
      ["access_denied", false, "100000000001", 1, undefined],
    );
    assert.equal("region" in error, false);
  });
});
