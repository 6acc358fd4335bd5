import type { IncomingMessage, ServerResponse } from "node:http";
import type { CredentialScope } from "./credential.ts";
import { AwsError, type Emulator, type Principal } from "./emulator.ts";
import type { Identities } from "./identities.ts";
import type { Launcher } from "./launcher.ts";
import type { LoadedModel } from "./model/load.ts";
import type { ErrorFormat } from "./protocol/errors.ts";
import type { RegionGate } from "./regions.ts";
import type { WireRequest, WireResponse } from "./wire.ts";

/** What stands behind the gateway, ready once the children run. */
export interface Backends {
  readonly launcher: Launcher;
  /** moto takes longest to start, or starts with the first call to it; calls wait. */
  motoPort(): Promise<number>;
  readonly identities: Identities;
  readonly regions: RegionGate;
  /** By signing name. */
  readonly emulators: ReadonlyMap<string, Emulator>;
}

/** A signed call on its way through the gateway, and what is known of it so far. */
export interface Passage {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly scope: CredentialScope;
  /** Its body is empty until `readBody`. */
  request: WireRequest;
  bodyRead: boolean;
  operation: string;
  format: ErrorFormat;
  /** Of an emulated service. */
  model: LoadedModel | undefined;
  /** Who the access key belongs to; the signature may still prove wrong. */
  principal: Principal | undefined;
}

export interface Outcome {
  readonly status: number;
  readonly errorCode?: string;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Reads the whole body into `passage.request`, unless that is done. */
export async function readBody(passage: Passage): Promise<void> {
  if (passage.bodyRead) return;
  passage.request = { ...passage.request, body: await bodyOf(passage.message) };
  passage.bodyRead = true;
}

/** The whole body of a message. Throws beyond 64 MB. */
export async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      throw new AwsError("RequestEntityTooLarge", `The request body is larger than ${MAX_BODY_BYTES} bytes.`, 413);
    }
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/** Sends an answer made by the gateway itself. */
export function send(response: ServerResponse, answer: WireResponse): void {
  response.writeHead(answer.status, { ...answer.headers, "content-length": answer.body.length });
  response.end(answer.body);
}

/** Tells when the caller is gone, with or without its answer. */
export function leaving({ response }: Pick<Passage, "response">): AbortSignal {
  const gone = new AbortController();
  if (response.closed) gone.abort();
  else response.once("close", () => gone.abort());
  return gone.signal;
}
