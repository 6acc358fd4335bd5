import type { FailureCode } from "./errors.ts";

/** What a text of the engine means. */
export interface EngineRow {
  readonly code: FailureCode;
  readonly matches: RegExp;
  readonly retryable: boolean;
  /** Replaces the text where that may hold a secret, or says nothing to a person. */
  readonly message?: string;
  readonly remedy: string;
}

/** Texts of the pulumi CLI and engine (v3.256.0), each one provoked before it was written down here. Order matters. */
const ENGINE_TEXTS: readonly EngineRow[] = [
  {
    code: "plan_violation",
    matches: /violates plan/i,
    retryable: false,
    message: "the change is no longer the one that was planned",
    remedy: "Preview the change again and have the new preview approved.",
  },
  {
    code: "locked",
    matches: /the stack is currently locked by|Another update is currently in progress/i,
    retryable: true,
    remedy:
      "Another pulumi process works on this stack: wait until it has ended. If none does, remove the lock with `pulumi cancel --stack <stack>`.",
  },
  {
    code: "wrong_passphrase",
    matches:
      /incorrect passphrase|message authentication failed|unable to read PULUMI_CONFIG_PASSPHRASE_FILE|passphrase must be set/i,
    retryable: false,
    remedy:
      "Give the service the passphrase file with which this stack's state was encrypted; it is beside the state in the service's data folder.",
  },
  {
    code: "missing_plugin",
    matches:
      /no resource plugin '|could not (?:load|find) (?:the )?plugin|plugin .* is not installed|failed to load plugin/i,
    retryable: false,
    remedy:
      "Install the provider plugins at the versions in package.json into the service's PULUMI_HOME (`make setup` for the sandbox, `pulumi plugin install resource aws <version>` for AWS).",
  },
  {
    code: "protected_resource",
    matches: /cannot be deleted\s+because it is protected|as it is currently marked for protection/i,
    retryable: false,
    remedy:
      "The resource is protected: take the protection off in a deployment of its own, then run this operation again.",
  },
  {
    code: "stack_not_found",
    matches: /no stack named '.*' found/i,
    retryable: false,
    remedy: "Deploy the stack first.",
  },
  {
    code: "disk_full",
    matches: /no space left on device|disk quota exceeded/i,
    retryable: true,
    remedy: "Free space on the disk of the service's data and temporary folders, then run the operation again.",
  },
  {
    code: "corrupt_state",
    matches: /snapshot integrity|could not deserialize deployment|invalid checkpoint|failed to load checkpoint/i,
    retryable: false,
    remedy:
      "Restore the stack's last good checkpoint from the backend's backups with `pulumi stack import`, then refresh it.",
  },
  {
    code: "backend_unavailable",
    matches:
      /unable to open bucket|could not (?:get|list) (?:blob|bucket)|(?:read|writ|list)ing (?:lock|checkpoint|stack|bucket)|unable to check if bucket|failed to (?:load|save) (?:stack|checkpoint)/i,
    retryable: true,
    remedy: "Check that the state backend exists and that the service can reach it, then run the operation again.",
  },
  {
    code: "crashed",
    // A plugin that dies answers a call under way with the first of these, every later call with the second; one that dies while it
    // starts leaves the others. An exit status of -1 is a signal's (sdk/go/common/resource/plugin/plugin.go).
    matches: new RegExp(
      [
        "error reading from server: ",
        'connection error: desc = "transport: ',
        "code = Unavailable",
        "(?:could not read|failure reading) plugin .*: (?:exit status -1|EOF|signal: )",
        "plugin \\[.*\\] did not (?:come alive|begin responding)",
        // Of a plugin with nothing under way, told of no resource when the engine lets its plugins go.
        "Detected that .* exited prematurely",
        "Command was killed with SIG",
        "signal: killed",
      ].join("|"),
      "i",
    ),
    retryable: true,
    remedy:
      "A process of the run was ended from outside, most often for want of memory: check the machine's memory, then run the operation again.",
  },
  {
    code: "cancelled",
    matches: /update cancell?ed|context canceled|preview cancell?ed/i,
    retryable: true,
    remedy: "Run the operation again when it is wanted.",
  },
  {
    code: "conflict",
    // The provider passes on why GuardDuty left an account unprocessed, without the frame of a call.
    matches: /the given account ID is not an associated member of/i,
    retryable: true,
    remedy: "GuardDuty does not know the account as a member yet: run the operation again in a minute.",
  },
  {
    code: "missing_engine",
    matches: /ENOENT.*pulumi|spawn .*pulumi/i,
    retryable: false,
    remedy: "Install the Pulumi engine with `make engine`.",
  },
];

/** The first row that a text matches. */
export function engineRow(text: string): EngineRow | undefined {
  return ENGINE_TEXTS.find(({ matches }) => matches.test(text));
}
