/** AWS SDK settings for calls as an account's root, which a twelve-digit access key is in the sandbox. */
export interface RootAccess {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Calls as the root of `accountId` against the sandbox at `url`. */
export function rootAccess(url: string, accountId: string, region: string): RootAccess {
  return { endpoint: url, region, credentials: { accessKeyId: accountId, secretAccessKey: "sandbox" } };
}
