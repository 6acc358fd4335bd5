/** Something in AWS that stands against a deployment and that only a person can decide on. */
export interface Problem {
  /** Undefined for what is not regional. */
  readonly region?: string;
  /** Service principal. */
  readonly service: string;
  readonly message: string;
  readonly remedy: string;
}
