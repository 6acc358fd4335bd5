import type { AnyRemediation } from "../remediation.ts";
import { type About, type Entry, LostError, type State } from "./ledger.ts";
import type { Ended, Responder } from "./responder.ts";
import { publishIfPossible } from "./telling.ts";
import { LEASE } from "./times.ts";

/** What a person's request came to: what is refused changed nothing, and why is for that person; where somebody works on it, it is asked again. */
export type Answered = Ended | { readonly kind: "refused"; readonly why: string } | { readonly kind: "busy" };

export const refused = (why: string) => ({ kind: "refused", why }) as const;

export type Found =
  | { readonly kind: "found"; readonly entry: Entry; readonly about: About }
  | { readonly kind: "refused"; readonly why: string };

/** An incident that people have heard of, and what it is about. */
export async function find({ ledger }: Responder, id: string): Promise<Found> {
  const entry = await ledger.get(id);
  const about = await ledger.about(id);
  if (entry === undefined || about === undefined) return refused(`there is no incident ${id} that was acted on`);
  return { kind: "found", entry, about };
}

/** What answers an incident; undefined where nothing does (any more). */
export const named = ({ remediations }: Responder, name: string | null): AnyRemediation | undefined =>
  remediations.find(({ manifest }) => manifest.name === name);

/** Who asks: a person by name, and the request that they sent. */
export interface Asking {
  readonly who: string;
  readonly request?: string | undefined;
}

/** Does something on an incident that is as it was read, and that nobody else has. */
export async function held(
  responder: Responder,
  { entry, about }: { readonly entry: Entry; readonly about: About },
  {
    state,
    why,
    by,
    request,
  }: { readonly state: State; readonly why: string; readonly by: string; readonly request?: string | undefined },
  act: (taken: Entry) => Promise<Ended>,
  lease = LEASE,
): Promise<Answered> {
  const now = responder.now();
  const step = { at: now.toISOString(), why, by, state, ...(request === undefined ? {} : { request }) };
  const taken = await unlessLost(() => responder.ledger.take(entry, step, now, lease));
  if (taken === undefined) return { kind: "busy" };
  if (state !== "undoing") await publishIfPossible(responder, taken, about);
  return act(taken);
}

/** Undefined where somebody works on an incident, or did since it was read. */
export async function unlessLost<Answer>(write: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof LostError) return undefined;
    throw error;
  }
}
