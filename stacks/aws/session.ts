/** Short-lived credentials of one account, as AWS STS returns them. Serializable: a run child receives them over its pipe. */
export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** ISO 8601. Sessions of chained roles end after at most one hour. */
  readonly expiration: string;
}

/** What a session of AWS STS is asked for. */
export interface SessionRequest {
  readonly accountId: string;
  /**
   * `management`: Bulwark's minimal role in the management account. `deployment`: its role in the security account,
   * the log archive and every member. `bootstrap`: the role that Organizations leaves in new accounts, reached through
   * the management account, used only until the deployment role stands.
   */
  readonly role: "management" | "deployment" | "bootstrap";
  /** Role session name and, where the role's trust allows it, source identity: CloudTrail shows it on every call. */
  readonly operationId: string;
  /** Inline session policy (JSON) that narrows the role's rights for this session. */
  readonly sessionPolicy?: string;
}
