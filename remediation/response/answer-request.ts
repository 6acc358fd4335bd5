import { acknowledge, suppress } from "./attention.ts";
import { type Answered, type Asking, unlessLost } from "./holding.ts";
import { type Entry, type State, type Step, UNFINISHED } from "./ledger.ts";
import type { RequestMessage } from "./request-message.ts";
import { approve, reject, undo } from "./requests.ts";
import type { Responder } from "./responder.ts";
import { publishIfPossible } from "./telling.ts";

/**
 * What came of a request. Done, refused and duplicate are dealt with; again and busy come again; what is unknown is for a person to look at.
 */
export type Answer = Answered | { readonly kind: "duplicate" } | { readonly kind: "unknown"; readonly why: string };

type Kind = RequestMessage["kind"];

const ASKED: Readonly<Record<Kind, (responder: Responder, id: string, asking: Asking) => Promise<Answered>>> = {
  ...{ approve, reject, undo, suppress, acknowledge },
};

/** States in which a request that was cut off goes on when it comes again. */
const GOES_ON: Readonly<Record<Kind, readonly State[]>> = {
  approve: ["approved", ...UNFINISHED],
  undo: ["undoing"],
  // These are one write at their end.
  ...{ reject: [], suppress: [], acknowledge: [] },
};

/**
 * Does what a person asks, once however often the same request comes. What is refused is a step in the incident's history, so that the person finds
 * why. Throws where it could not end: the request comes again then.
 */
export async function answerRequest(responder: Responder, message: RequestMessage): Promise<Answer> {
  const { id: request, kind, incident, who } = message;
  const entry = await responder.ledger.get(incident);
  if (entry === undefined) return { kind: "unknown", why: `the ledger has no incident ${incident}` };
  const mine = (await responder.ledger.history(incident)).filter((step) => step.request === request);
  if (isAnswered(kind, entry, mine)) return { kind: "duplicate" };
  const answer = await ASKED[kind](responder, incident, { who, request });
  if (answer.kind !== "refused" || entry.state === "seen") return answer;
  return (await isRecorded(responder, message, answer.why)) ? answer : { kind: "busy" };
}

const isAnswered = (kind: Kind, { state }: Entry, mine: readonly Step[]) =>
  mine.some(({ why }) => why.startsWith(REFUSED)) || (mine.length > 0 && !GOES_ON[kind].includes(state));

const REFUSED = "refused: ";

async function isRecorded(responder: Responder, message: RequestMessage, why: string): Promise<boolean> {
  const { id: request, kind, incident, who } = message;
  const entry = await responder.ledger.get(incident);
  if (entry === undefined) return true;
  const now = responder.now();
  const step = { at: now.toISOString(), why: `${REFUSED}${kind}: ${why}`, by: who, request };
  const noted = await unlessLost(() => responder.ledger.note(entry, step, now));
  if (noted !== undefined) await publishIfPossible(responder, noted);
  return noted !== undefined;
}
