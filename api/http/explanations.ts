/** What each problem's `type` leads to: what it means and what to do about it, for calls and for operations that failed. */
export const explanations: Readonly<Record<string, string>> = {
  "invalid-request":
    "Something in the request is not as it has to be. `errors` names each wrong field with what is allowed. Of a failed operation: AWS refused a value; `call` and `remedy` say where. Sending the same again would find the same.",
  "invalid-json": "The body can't be parsed. Send one JSON object in UTF-8, with Content-Type: application/json.",
  unauthenticated:
    "The request has no bearer token, or one that is not known: mistyped, or deleted. Send Authorization: Bearer <token>. An administrator makes tokens with POST /tokens; the first administrator's is BULWARK_TOKEN, or in the file that the service's log names at its start.",
  forbidden:
    "The token is known, but its role does not allow this call, or a field of it. `detail` names the roles that do, or the fields that a team may send. Ask an administrator for a token of such a role, or an operator to do it.",
  "four-eyes":
    "A change, or an extension that weakens, is decided on by somebody else than who asked for it, so that no single token of an operator or approver can bring it about. Have another approver decide. (An administrator could make both tokens: that is in the audit log, and why those tokens are few.)",
  "not-found":
    "There is nothing at this path, or nothing of this id. GET /openapi.json lists the calls, the lists show the ids. Of a failed operation: something in AWS that the work needs does not exist; `remedy` says what.",
  "method-not-allowed": "The path exists, but not with this method. The header Allow has those that it knows.",
  "not-acceptable-account":
    "The account can't become a member: it is not in the organization, is not ACTIVE, is one of the organization's core accounts, or is excluded by the settings. `detail` says which.",
  "extension-not-permitted":
    "Extensions add and tighten; what weakens (exception, remediationOff, suppression) needs an approver and ends within 90 days, and no more than the rules of the organization let be weakened. `errors` names each entry's field, the rule that forbids it and what is allowed. Nothing was changed. Take the entry out or change it; docs/extensions.md has the types.",
  conflict:
    "What is asked for does not fit the present state, for example onboarding what is active already, or taking off the admin stack while accounts rest on it. `detail` says what fits. Of a failed operation: something else kept changing the same thing in AWS; run the operation again.",
  "limit-reached":
    "AWS limits some things for all accounts together, because they stand in the security account: automation rules of Security Hub, and archive rules of the organization's analyzer. `detail` says which limit, who takes most of it, and how to make room. Nothing was changed. What is deployed counts until a deployment has removed it.",
  "operation-running":
    "The account is being onboarded or offboarded, or the admin stack is being taken off, and a second such operation would work against the first. `operationId` names the first: follow it, or cancel it, and ask again when it has ended.",
  "admin-not-deployed":
    "Baselines use what the admin stack makes (administrators, buckets, keys). Deploy it with POST /admin/deployments, wait for its success, and ask again.",
  "response-not-deployed":
    "Incidents, requests and the kill switch need what responds to findings in the security account: its table, queue and functions. The settings have switched it off (features.remediations, features.alerts or features.response), or the admin stack that has it is not deployed yet. `detail` says which. Change the settings or deploy with POST /admin/deployments, then ask again.",
  "idempotency-in-flight":
    "A request with this Idempotency-Key is being answered just now, perhaps by another process. Send the request again after Retry-After, with the same key: it gets the first one's answer. If the process died, the key is free a minute after it was used.",
  "idempotency-mismatch":
    "The Idempotency-Key came with another method, path or body before. A key belongs to one request: take a new one for a new request. Keys are forgotten after two days.",
  "shown-once":
    "The request was answered before, with a secret that is shown once and stored only as a hash. `detail` names what was made. If the first answer was lost, delete it and make another with another key.",
  "precondition-failed":
    "If-Match names ETags, and the resource has another one by now: somebody or something has changed it. The answer's ETag header has the present one. GET the resource, see whether the change is still wanted, and send it with that ETag. Calls whose description has no If-Match have no ETag to ask for.",
  "events-expired":
    "The events of ended operations are removed after BULWARK_RETENTION_DAYS. The operation itself stays: GET /operations/{id} has its status, figures and error.",
  "too-many-requests":
    "More requests than the limit allows came with one token, or too many tokens from one address were refused. Wait for Retry-After. RateLimit and RateLimit-Policy say what is left and what holds; BULWARK_RATE_LIMIT sets it.",
  "body-too-large": "The body is larger than 1,000,000 bytes. No call needs that much.",
  "unsupported-media-type":
    "The body is not said to be JSON, or is not in UTF-8. Send Content-Type: application/json; gzip, deflate and br are understood.",
  "aws-unavailable":
    "The request could not be checked, because AWS did not answer, or refused. `call`, `accountId` and `remedy` say which call and what to do. Nothing was changed.",
  unavailable:
    "The service can't do this just now: its database does not answer, or it is at its limit. Nothing was changed; try again after Retry-After. Of a failed operation: AWS did not answer, after several tries.",
  internal:
    "The service met an error that it does not know. Its log has it under the request's id, or the operation's. Please report it.",

  "access-denied":
    "AWS denied a call. `call`, `accountId` and `region` say which, `remedy` which policy to look at: Bulwark's own role there, a service control policy, or a resource control policy. An administrator of the management account brings the roles up to date with make bootstrap.",
  throttled: "AWS limited the rate of calls, after several tries with growing pauses. Run the operation again later.",
  "opt-in-required":
    "The account does not serve this region: it is new (AWS takes up to half an hour), or the region has to be enabled in the account. Enable it, or take it out of the settings.",
  "expired-credentials":
    "The sessions of the run (at most an hour) ended before the work did. Run the operation again: it goes on where it was.",
  timeout:
    "The run took longer than BULWARK_RUN_TIMEOUT_MINUTES and was interrupted. What was in flight was finished. Run the operation again, or raise the limit.",
  cancelled: "Somebody cancelled the run. The operation's result says what had been done until then.",
  crashed:
    "A process of the run was ended from outside, again and again: by the machine's memory limit, or by an administrator. Look at memory and BULWARK_CONCURRENCY, then run the operation again.",
  precondition:
    "Something in AWS stands against the work that only a person can decide on, such as another delegated administrator. `failures` lists each with its remedy.",
  "policy-pending":
    "In Security Hub's central mode a baseline rests on the configuration policy that governs its account. AWS takes up to a day to apply one, to a new account as to all of a unit; the operation waited as long. Look at the account's association in Security Hub in the security account's home region, then run the operation again.",
  "account-creation-failed":
    "AWS Organizations did not create the account. `detail` has its reason, such as a taken e-mail address.",
  locked:
    "The stack's state is locked by a run that Bulwark does not know: somebody works on it with the pulumi CLI, or did and was interrupted. When nobody does, remove the lock with pulumi cancel, and run the operation again.",
  "not-deployed":
    "The stack has no state yet, so that there is nothing to compare, repair or destroy. Deploy it first.",
  "stack-not-found":
    "The state backend has no such stack. If it had one, look at the backend's URL and at its backups.",
  "stack-not-empty":
    "A first deployment was to begin, and the stack's state holds resources. A deployment then previews it; where you see this, run the operation again.",
  "wrong-passphrase":
    "The state's secrets can't be decrypted with the configured passphrase or key. Point the service at the one with which the state was written.",
  "missing-plugin": "A provider plugin is not installed in the engine's home folder. make engine installs it.",
  "missing-engine": "The pulumi engine is not installed where the service looks for it. make engine installs it.",
  "protected-resource":
    "A resource that is protected would be deleted. Evidence and what keeps it are: offboarding, of the admin stack too, leaves them, and nothing else may take them away.",
  "backend-unavailable":
    "The state backend can't be reached. Look at its URL, at the role in BULWARK_STATE_ROLE_ARN, and at the network. Then run the operation again.",
  "database-unavailable":
    "The service's database was gone while the operation was at work, and stayed so for longer than it is waited for. Bring it back, then run the operation again.",
  "disk-full": "The disk of the service or of a file backend is full. Make room, then run the operation again.",
  "corrupt-state": "The stack's state can't be read. docs/operations.md says how to put back the checkpoint before it.",
  "plan-violation": "The change turned out not to be the one that was planned. Run a preview and decide anew.",
  unknown: "AWS answered with an error that Bulwark does not know. `detail` has AWS's words, `call` the call.",
  "program-error":
    "The program that declares the stack's resources failed, which is an error of Bulwark. Please report it.",
  "engine-error":
    "The pulumi engine failed. `detail` has its words. Run the operation again; if it fails again, please report it.",
};
