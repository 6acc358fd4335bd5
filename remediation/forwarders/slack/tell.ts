import type { Incident } from "../incident.ts";
import { call, type EscalationPolicy, escalations, waitingSince } from "./escalation.ts";
import { message, reply } from "./message.ts";
import { ofChannel, ofGone } from "./slack-error.ts";
import { type Held, held, once, type Teller, without } from "./told.ts";

/**
 * Tells what is known of an incident: one message, updated in place, and in its thread each step that came after the first, in order and once; one that
 * leaves the status as it was is in the message alone, since a channel takes one message a second.
 * Messages that come twice or late change nothing. Throws `SlackError`; when it is called again it goes on from where it stopped.
 *
 * @param channel where it goes when nothing was told of it before
 * @param fallback where it goes when that channel can't be used
 */
export async function tell(incident: Incident, channel: string, fallback: string, teller: Teller): Promise<void> {
  await held(incident.id, channel, teller, async (holding) => {
    await show(incident, fallback, holding, teller);
    for (const step of incident.history) {
      const { channel: where, ts, thread } = holding.told;
      if (ts === null || step.version <= thread) continue;
      if (step.status === incident.history[step.version - 2]?.status) {
        await holding.save({ thread: step.version });
        continue;
      }
      const key = `${incident.id}:step:${step.version}`;
      await ifThere(holding, () =>
        once(key, { channel: where, thread: ts }, holding, teller, () =>
          teller.client.post(where, reply(step), { key, thread: ts }),
        ),
      );
      await holding.save({ thread: step.version, pending: without(holding, key) });
    }
  });
}

/** The incident's message as of now. */
async function show(incident: Incident, fallback: string, holding: Held, teller: Teller): Promise<void> {
  if (holding.told.ts === null) await openAnywhere(incident, fallback, holding, teller);
  const { channel, ts, shown } = holding.told;
  if (ts === null || shown >= incident.version) return;
  try {
    await teller.client.update(channel, ts, message(incident));
    await holding.save({ shown: incident.version });
  } catch (error) {
    // Somebody deleted it, or the workspace lets nothing be changed so late: a new one takes its place.
    if (!ofGone(error)) throw error;
    await holding.save({ ts: null });
    await openAnywhere(incident, fallback, holding, teller);
  }
}

/** Opens the incident's message in its channel, or in the other where that can't be used. */
async function openAnywhere(incident: Incident, fallback: string, holding: Held, teller: Teller): Promise<void> {
  try {
    await open(incident, holding, teller);
  } catch (error) {
    if (!ofChannel(error) || holding.told.channel === fallback) throw error;
    await holding.save({ channel: fallback });
    await open(incident, holding, teller);
  }
}

async function open(incident: Incident, holding: Held, teller: Teller): Promise<void> {
  const { channel, thread, shown } = holding.told;
  // One that takes another's place has a name of its own, or the other would be found.
  const key = `${incident.id}:message:${shown}`;
  const { ts, found } = await once(key, { channel }, holding, teller, () =>
    teller.client.post(channel, message(incident), { key }),
  );
  // What an attempt before this one posted may show less than is known now: it is updated then.
  const now = found ? shown : incident.version;
  await holding.save({ ts, shown: now, thread: Math.max(thread, 1), pending: without(holding, key) });
}

async function ifThere<Answer>(holding: Held, act: () => Promise<Answer>): Promise<Answer> {
  try {
    return await act();
  } catch (error) {
    if (ofGone(error)) await holding.save({ ts: null });
    throw error;
  }
}

/**
 * Calls those whose turn it is when nobody acknowledged an incident, each level once, in its thread and visible in the channel. Tells the levels
 * that it called. Throws `SlackError`.
 */
export async function escalate(
  incident: Incident,
  policy: EscalationPolicy,
  teller: Teller,
): Promise<readonly number[]> {
  const since = waitingSince(incident).toISOString();
  const toldOf = async (): Promise<readonly number[]> => {
    const told = await teller.store.read(incident.id);
    // Of what was never told there is no thread yet; a digest has none.
    if (told === undefined || told.ts === null) return [];
    return escalations(incident, policy, told.escalated.since === since ? told.escalated.levels : [], teller.now()).map(
      ({ level }) => level,
    );
  };
  if ((await toldOf()).length === 0) return [];
  return await held(incident.id, "", teller, async (holding) => {
    const done: number[] = [];
    const levels = holding.told.escalated.since === since ? holding.told.escalated.levels : [];
    for (const escalation of escalations(incident, policy, levels, teller.now())) {
      const { channel, ts } = holding.told;
      if (ts === null) break;
      const key = `${incident.id}:escalation:${since}:${escalation.level}`;
      await once(key, { channel, thread: ts }, holding, teller, () =>
        teller.client.post(channel, call(incident, escalation), { key, thread: ts, broadcast: true }),
      );
      done.push(escalation.level);
      await holding.save({ escalated: { since, levels: [...levels, ...done] }, pending: without(holding, key) });
    }
    return done;
  });
}
