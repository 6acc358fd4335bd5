import assert from "node:assert/strict";
import { EventLog } from "../../stacks/child/engine-events.ts";

const ROOT = "urn:pulumi:account-1::bulwark::pulumi:pulumi:Stack::bulwark-account-1";
const DIED =
  "\n       Detected that /plugins/resource-aws-v7.48.0/pulumi-resource-aws exited prematurely. \n" +
  "       This is *always* a bug in the provider. Please report the issue to the provider author as appropriate.\n" +
  "       To assist with debugging we have dumped the STDOUT and STDERR streams of the plugin:\n";
const THREW = "Unhandled exception: Error: the inputs have no region\n    at run (file:///program.ts:1:2)\n";

function failureAfter(...diagnostics: readonly { readonly message: string; readonly urn?: string }[]) {
  const log = new EventLog({
    verb: "up",
    stack: "account-1",
    onEvent: () => undefined,
    redact: (text) => text,
    now: () => 0,
  });
  for (const [sequence, diagnostic] of diagnostics.entries()) {
    log.take({
      sequence,
      timestamp: 0,
      diagnosticEvent: { color: "never", severity: "error", ...diagnostic },
    });
  }
  return log.failure();
}

describe("what the engine's events tell of a failure", () => {
  it("is the program's exception where it threw one", () => {
    const failure = failureAfter({ message: THREW, urn: ROOT });
    assert.equal(failure?.code, "program_error");
    assert.equal(failure.message, "running the program of stack account-1: the inputs have no region");
  });

  it("is a crash where a plugin died that worked on no resource, whatever the program said of it", () => {
    for (const told of [[{ message: DIED }], [{ message: THREW, urn: ROOT }, { message: DIED }]]) {
      const failure = failureAfter(...told);
      assert.equal(failure?.code, "crashed");
      assert.equal(failure.retryable, true);
      assert.match(
        failure.message,
        /^running up on stack account-1: Detected that .*pulumi-resource-aws exited prematurely$/,
      );
    }
  });

  it("is a resource's where one failed", () => {
    const urn = "urn:pulumi:account-1::bulwark::aws:s3/bucket:Bucket::logs";
    const failure = failureAfter({ message: DIED }, { message: "error reading from server: EOF", urn });
    assert.equal(failure?.code, "crashed");
    assert.equal(failure.resource, urn);
  });

  it("is nothing where nothing was told", () => {
    assert.equal(failureAfter(), undefined);
  });
});
