import assert from "node:assert/strict";
import { awsSecrets, secretReader } from "../../../remediation/forwarders/secret.ts";

describe("a secret by reference", () => {
  let time = 0;
  let reads = 0;
  let value: string | Error = "one";
  const read = () =>
    secretReader(
      async () => {
        reads++;
        if (value instanceof Error) throw value;
        return value;
      },
      () => new Date(time),
      1000,
    );
  beforeEach(() => {
    [time, reads, value] = [0, 0, "one"];
  });

  it("is read again when it is old, or was refused, and not before", async () => {
    const reader = read();
    assert.equal(await reader("arn"), "one");
    value = "two";
    time = 999;
    assert.equal(await reader("arn"), "one");
    assert.equal(reads, 1);
    time = 1000;
    assert.equal(await reader("arn"), "two");
    value = "three";
    assert.equal(await reader("arn", true), "three");
    assert.equal(await reader("arn"), "three");
    assert.equal(reads, 3);
  });

  it("stays what it was while AWS does not answer, but not where it was refused", async () => {
    const reader = read();
    await reader("arn");
    value = new Error("throttled");
    time = 5000;
    assert.equal(await reader("arn"), "one");
    await assert.rejects(reader("arn", true), /reading the secret arn: throttled/);
    await assert.rejects(read()("arn"), /reading the secret arn: throttled/);
  });

  it("is one of Secrets Manager or Systems Manager, by ARN", async () => {
    const source = awsSecrets();
    for (const wrong of ["", "xoxb-1", "arn:aws:s3:::bucket", "arn:aws:ssm:eu-central-1:100000000001:document/x"]) {
      await assert.rejects(source(wrong), /no ARN/);
    }
  });
});
