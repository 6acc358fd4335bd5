import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationError, readConfiguration, readSettings } from "../../api/configuration.ts";

describe("the configuration", () => {
  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ["PORT", "80a", /PORT: PORT must be a whole number from 0 to 65535/],
    ["PORT", "70000", /0 to 65535/],
    ["DATABASE_URL", "mysql://x", /DATABASE_URL: must begin with postgres/],
    ["BULWARK_BACKEND_URL", "/tmp/state", /BULWARK_BACKEND_URL: must be a Pulumi backend URL/],
    ["BULWARK_SECRETS_PROVIDER", "none", /BULWARK_SECRETS_PROVIDER: must be passphrase/],
    ["BULWARK_CONCURRENCY", "0", /BULWARK_CONCURRENCY must be a whole number from 1 to 64/],
    ["BULWARK_ROLE", "both", /BULWARK_ROLE: must be one of all, api, worker/],
    ["BULWARK_EVENTS", "yes", /BULWARK_EVENTS: must be one of on, off/],
    ["BULWARK_RUN_TIMEOUT_MINUTES", "60", /from 1 to 55/],
    ["BULWARK_LEASE_SECONDS", "1", /from 2 to 300/],
    ["BULWARK_TOKEN", "short", /BULWARK_TOKEN: must be a bearer token of 16 characters/],
    ["BULWARK_LOG_LEVEL", "loud", /BULWARK_LOG_LEVEL: must be one of trace/],
    ["BULWARK_TRUSTED_PROXIES", "10.0.0.1, 999.1.1.1", /BULWARK_TRUSTED_PROXIES: must be addresses or networks/],
    ["BULWARK_TRUSTED_PROXIES", "10.0.0.0/33", /BULWARK_TRUSTED_PROXIES: must be addresses or networks/],
    ["AWS_ENDPOINT_URL", "sandbox", /AWS_ENDPOINT_URL: must be an http or https URL/],
  ];
  for (const [name, value, told] of wrong) {
    it(`says what is allowed for ${name}=${value}`, () => {
      assert.throws(
        () => readConfiguration({ [name]: value }),
        (error) => {
          assert.ok(error instanceof ConfigurationError);
          assert.match(error.message, told);
          // A wrong value may be a secret in the wrong place.
          if (name === "BULWARK_TOKEN") assert.ok(!error.message.includes(value));
          return true;
        },
      );
    });
  }

  it("tells every wrong variable at once", () => {
    assert.throws(() => readConfiguration({ PORT: "x", BULWARK_ROLE: "y" }), /PORT[\s\S]*BULWARK_ROLE/);
  });

  it("has defaults, and takes an empty variable for an absent one", () => {
    const { http, data, engine, role, concurrency } = readConfiguration({ PORT: "", BULWARK_DATA: "/srv/bulwark" });
    assert.deepEqual(http, { host: "127.0.0.1", port: 8080 });
    assert.equal(data, "/srv/bulwark");
    assert.equal(engine.backendUrl, "file:///srv/bulwark/state");
    assert.equal(engine.secretsProvider, "passphrase");
    assert.equal(role, "all");
    assert.ok(concurrency >= 1);
  });

  it("takes addresses and networks of trusted proxies", () => {
    const { trustedProxies } = readConfiguration({
      BULWARK_TRUSTED_PROXIES: "10.0.0.0/8, 192.0.2.7,2001:db8::/32,::1",
    });
    assert.deepEqual(trustedProxies, ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1"]);
  });

  it("takes any Pulumi backend and secrets provider", () => {
    const stateRole = "arn:aws:iam::222222222222:role/BulwarkState";
    for (const url of ["s3://bucket?region=us-east-1&awssdk=v2", "postgres://db/state", "file:///x"]) {
      assert.equal(
        readConfiguration({ BULWARK_BACKEND_URL: url, BULWARK_STATE_ROLE_ARN: stateRole }).engine.backendUrl,
        url,
      );
    }
    const key = "awskms:///alias/bulwark?region=us-east-1";
    assert.throws(() => readConfiguration({ BULWARK_SECRETS_PROVIDER: key }), /BULWARK_STATE_ROLE_ARN: is missing/);
    assert.equal(
      readConfiguration({ BULWARK_SECRETS_PROVIDER: key, BULWARK_STATE_ROLE_ARN: stateRole }).engine.secretsProvider,
      key,
    );
  });

  describe("of the organization", () => {
    it("must be named, exist and be JSON", async () => {
      const folder = await mkdtemp(join(tmpdir(), "bulwark-settings-"));
      const file = join(folder, "settings.json");
      await writeFile(file, "{");
      assert.throws(() => readSettings(undefined), /BULWARK_SETTINGS: is missing/);
      assert.throws(() => readSettings("/nowhere.json"), /BULWARK_SETTINGS: reading \/nowhere.json/);
      assert.throws(() => readSettings(file), /BULWARK_SETTINGS: reading/);
      await writeFile(file, JSON.stringify({ homeRegion: "nowhere", regions: [], surprise: 1 }));
      assert.throws(() => readSettings(file), /homeRegion[\s\S]*regions[\s\S]*accounts[\s\S]*surprise/);
      await rm(folder, { recursive: true });
    });
  });
});
