import type { ResponseAws } from "../../api/response/response-aws.ts";
import type { KillSwitch } from "../../remediation/response/settings.ts";

/** A response that has found nothing yet. The real one is asked in response.test.ts. */
export function fakeResponse(): ResponseAws {
  let killSwitch: KillSwitch | undefined;
  return {
    findings: async () => ({ items: [] }),
    ledger: {
      list: async () => ({ items: [] }),
      listed: async () => undefined,
      about: async () => undefined,
      history: async () => [],
      lines: async () => [],
    },
    send: async () => undefined,
    readKillSwitch: async () => killSwitch,
    async writeKillSwitch(set) {
      killSwitch = set;
    },
  };
}
