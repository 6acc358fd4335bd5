import assert from "node:assert/strict";
import fc from "fast-check";
import type { Incident } from "../../../../remediation/forwarders/incident.ts";
import { attend } from "../../../../remediation/forwarders/slack/handler.ts";
import { interactionOf } from "../../../../remediation/forwarders/slack/interaction.ts";
import { routingSchema } from "../../../../remediation/forwarders/slack/routing.ts";
import { verify } from "../../../../remediation/forwarders/slack/signature.ts";
import type { Told } from "../../../../remediation/forwarders/slack/told.ts";
import { incident, incidents } from "../incidents.ts";
import { CHANNEL, HOUR, OTHER, world } from "./world.ts";

type World = Awaited<ReturnType<typeof world>>;

/** An incident after each of its steps. */
function life(statuses: readonly Incident["status"][], changes: Partial<Incident> = {}): readonly Incident[] {
  return statuses.map((_, at) => incident(statuses.slice(0, at + 1), changes));
}

const LIFE = life(["detected", "asked", "remediated", "resolved"]);

describe("forwarding to Slack", () => {
  let here: World;
  const inWorld = async (changes: Parameters<typeof world>[0], act: (made: World) => Promise<void>) => {
    const made = await world(changes);
    try {
      await act(made);
    } finally {
      await made.receiver.stop();
    }
  };
  beforeEach(async () => {
    here = await world();
  });
  afterEach(async () => {
    await here.receiver.stop();
  });

  /** One message that shows the last step, and each later step once and in order in its thread. */
  function toldOnce(made: World = here, id = "inc-1"): void {
    const heads = made.heads().filter(({ metadata }) => JSON.stringify(metadata).includes(`"${id}:message`));
    assert.equal(heads.length, 1);
    assert.match(heads[0]?.text ?? "", /^Resolved\. HIGH S3 bucket is public/);
    assert.deepEqual(made.thread(heads[0]?.ts), [
      "Waits for approval: It is asked",
      "Remediated: It is remediated",
      "Resolved: It is resolved",
    ]);
  }

  it("shows what leaves the status as it was in the message, and tells nobody of it in the thread", async () => {
    for (const one of life(["detected", "detected", "asked", "asked", "remediated"])) here.send(one);
    await here.drain();
    const [head] = here.heads();
    assert.deepEqual(here.thread(head?.ts), ["Waits for approval: It is asked", "Remediated: It is remediated"]);
    here.send(incident(["detected", "detected", "asked", "asked", "remediated", "remediated"]));
    await here.drain();
    assert.equal(here.thread(head?.ts).length, 2);
    assert.equal((head?.updates ?? 0) > 0, true);
  });

  it("posts one message, updates it in place and tells each step in its thread", async () => {
    for (const one of LIFE) {
      here.send(one);
      await here.drain();
    }
    toldOnce();
    assert.equal(here.heads()[0]?.updates, 3);
    assert.equal(here.heads()[0]?.channel, CHANNEL);
    assert.deepEqual(
      here.receiver.calls.filter(({ answer }) => answer !== "ok"),
      [],
    );
  });

  it("tells nothing twice where messages come tenfold and in any order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(
          Array.from({ length: 40 }, (_, at) => LIFE[at % 4] as Incident),
          { minLength: 40 },
        ),
        async (shuffled) =>
          await inWorld({}, async (made) => {
            made.send(...shuffled);
            await made.drain();
            toldOnce(made);
          }),
      ),
      { numRuns: 10 },
    );
  });

  it("loses nothing and tells nothing twice when Slack is down for an hour", async () => {
    here.receiver.health = "down";
    const ids = Array.from({ length: 25 }, (_, at) => `inc-${at}`);
    for (const id of ids) here.send(...life(["detected", "asked", "remediated", "resolved"], { id }));
    const end = here.now().getTime() + HOUR;
    while (here.now().getTime() < end) {
      assert.equal(await here.deliver(), 100);
      here.advance(90_000);
    }
    assert.equal(here.receiver.messages.length, 0);
    here.receiver.health = "up";
    await here.drain();
    for (const id of ids) toldOnce(here, id);
    assert.equal(here.receiver.messages.length, 100);
    assert.deepEqual(here.quarantined, []);
  });

  it("finds by name what it posted where the answer was lost", async () => {
    here.send(LIFE[0] as Incident);
    here.receiver.health = "answers lost";
    assert.equal(await here.deliver(), 1);
    assert.equal(here.receiver.messages.length, 1);
    here.receiver.health = "up";
    here.send(LIFE[3] as Incident);
    await here.drain();
    toldOnce();
    here.receiver.health = "answers lost";
    here.send(incident(["detected", "asked", "remediated", "resolved", "undone"]));
    here.advance(90_000);
    await here.deliver();
    here.receiver.health = "up";
    await here.drain();
    assert.equal(here.heads().length, 1);
    assert.equal(here.thread(here.heads()[0]?.ts).length, 4);
    assert.equal(new Set(here.thread(here.heads()[0]?.ts)).size, 4);
  });

  it("goes on after a crash between any two writes, without telling twice", async () => {
    for (let crash = 1; crash <= 14; crash++) {
      await inWorld({}, async (made) => {
        const { write } = made.store;
        let writes = 0;
        // A process that dies: nothing that it would do afterwards reaches the store either.
        made.store.write = async (...given) => {
          if (++writes >= crash) throw new Error("the process has died");
          return await write(...given);
        };
        made.send(LIFE[3] as Incident);
        const failed = await made.deliver();
        made.store.write = write;
        made.advance(HOUR);
        await made.drain();
        toldOnce(made);
        assert.equal(failed, writes >= crash ? 1 : 0);
      });
    }
  });

  it("keeps another process out while it tells, and takes over from one that died", async () => {
    const { read } = here.store;
    let stuck: (() => void) | undefined;
    const reading = new Promise<void>((resolve) => {
      // The first process holds the incident, and waits for the answer to its post from then on.
      const { secrets } = here.forwarder;
      here.forwarder = {
        ...here.forwarder,
        secrets: async (...given) => {
          if (stuck === undefined) {
            await new Promise<void>((go) => {
              stuck = go;
              resolve();
            });
          }
          return await secrets(...given);
        },
      };
    });
    here.send(LIFE[3] as Incident);
    const first = here.deliver();
    await reading;
    assert.equal(await here.deliver(), 1);
    assert.deepEqual(here.receiver.calls, []);
    stuck?.();
    assert.equal(await first, 0);
    toldOnce();
    const told = await read("inc-1");
    assert.equal(told?.busyUntil, null);
    // One that died held it until its time was over.
    const until = new Date(here.now().getTime() + 60_000).toISOString();
    const held = { ...(told as Told), busyUntil: until, revision: (told?.revision ?? 0) + 1 };
    assert.ok(await here.store.write("inc-1", held, held.revision - 1));
    here.send(incident(["detected", "asked", "remediated", "resolved", "undone"]));
    assert.equal(await here.deliver(), 1);
    await here.drain();
    assert.equal(here.thread(here.heads()[0]?.ts).at(-1), "Undone: It is undone");
  });

  it("sends a channel one message a second, and lets others go on meanwhile", async () => {
    const routing = routingSchema.parse({ routes: [{ channel: OTHER, owners: ["other"] }], defaultChannel: CHANNEL });
    await inWorld({ routing }, async (made) => {
      for (let at = 0; at < 8; at++)
        made.send(incident(["detected"], { id: `inc-${at}`, owner: at % 2 === 0 ? "other" : "x" }));
      const begun = made.now().getTime();
      await made.drain();
      assert.equal(made.now().getTime() - begun, 3000);
      assert.deepEqual(
        made.receiver.calls.map(({ answer }) => answer),
        Array.from({ length: 8 }, () => "ok"),
      );
    });
  });

  it("waits as long as Retry-After says, and gives back what would have to wait for too long", async () => {
    // Another app of the workspace is as fast as it may be: the receiver has just had a message of the channel.
    const greedy = async (key: string) => {
      const response = await fetch(`${here.receiver.address}/chat.postMessage`, {
        method: "POST",
        headers: { authorization: "Bearer xoxb-1", "content-type": "application/json" },
        body: JSON.stringify({ channel: CHANNEL, text: key }),
      });
      assert.equal(response.status, 200);
    };
    await greedy("a");
    here.send(incident(["detected"]));
    await here.drain();
    assert.deepEqual(
      here.receiver.calls.map(({ answer }) => answer),
      ["ok", "ratelimited", "ok"],
    );
    here.forwarder.pace.hold(CHANNEL, HOUR);
    here.send(incident(["detected"], { id: "inc-2" }));
    const calls = here.receiver.calls.length;
    assert.equal(await here.deliver(), 1);
    assert.equal(here.receiver.calls.length, calls);
    await here.drain();
    assert.equal(here.heads().length, 3);
  });

  it("quarantines what is no incident, with the reason, and tells the rest of the batch", async () => {
    const bad = [
      "",
      "{",
      "null",
      "[]",
      '{"Type":"Notification","Message":"{"}',
      JSON.stringify({ ...LIFE[0], severity: "BAD" }),
      "x".repeat(200_000),
    ];
    here.send(...bad.slice(0, 4), LIFE[0] as Incident, ...bad.slice(4));
    assert.equal(await here.deliver(), 0);
    assert.deepEqual(
      here.quarantined.map(({ body }) => body),
      bad,
    );
    assert.ok(here.quarantined.every(({ why }) => why.length > 0));
    assert.equal(here.heads().length, 1);
  });

  it("tells hostile incidents so that Slack takes each", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(incidents, { minLength: 1, maxLength: 8 }),
        async (all) =>
          await inWorld({ routing: routingSchema.parse({ defaultChannel: CHANNEL, digest: [] }) }, async (made) => {
            made.send(...all.map((one, at) => ({ ...one, id: `inc-${at}` })));
            await made.drain();
            assert.equal(made.heads().length, all.length);
            assert.deepEqual(made.quarantined, []);
          }),
      ),
      { numRuns: 15 },
    );
  });

  it("tells in the default channel where a route's channel can't be used", async () => {
    const routing = routingSchema.parse({ routes: [{ channel: "C0000000GONE" }], defaultChannel: CHANNEL });
    await inWorld({ routing }, async (made) => {
      for (const one of LIFE) made.send(one);
      await made.drain();
      toldOnce(made);
      assert.equal(made.heads()[0]?.channel, CHANNEL);
      assert.equal(made.receiver.calls.filter(({ answer }) => answer === "channel_not_found").length, 1);
    });
  });

  it("keeps what it can't tell until the channel is there again", async () => {
    here.receiver.channels.set(CHANNEL, true);
    here.send(LIFE[0] as Incident);
    assert.equal(await here.deliver(), 1);
    here.receiver.channels.set(CHANNEL, false);
    await here.drain();
    assert.equal(here.heads().length, 1);
  });

  it("opens a new message where somebody deleted the one of before, and does not repeat its thread", async () => {
    here.send(LIFE[1] as Incident);
    await here.drain();
    const [first] = here.heads();
    here.receiver.delete(first?.ts ?? "");
    here.send(LIFE[2] as Incident);
    await here.drain();
    const [second] = here.heads();
    assert.notEqual(second?.ts, first?.ts);
    assert.deepEqual(here.thread(second?.ts), ["Remediated: It is remediated"]);
  });

  it("reads a rotated token without being deployed again, and asks for it no more often than needed", async () => {
    here.send(LIFE[0] as Incident);
    await here.drain();
    here.send(LIFE[1] as Incident);
    await here.drain();
    assert.equal(here.secret.reads, 1);
    here.secret.value = "xoxb-2";
    here.receiver.tokens.clear();
    here.receiver.tokens.add("xoxb-2");
    here.send(...LIFE.slice(2));
    assert.equal(await here.deliver(), 0);
    toldOnce();
    assert.equal(here.secret.reads, 2);
  });

  it("calls those whom the escalation names, once for each time that it waits, and nobody after an acknowledgement", async () => {
    const open = incident(["detected"]);
    here.send(open);
    await here.drain();
    for (let round = 0; round < 3; round++) await attend(here.forwarder, [open], here.invocation());
    assert.equal(here.thread(here.heads()[0]?.ts).length, 1);
    const [called] = here.receiver.messages.filter(({ thread }) => thread !== undefined);
    assert.ok(JSON.stringify(called?.blocks).includes("<@U0000000001>"));
    const acknowledged = incident(["detected"], { id: "inc-2", acknowledged: { by: "Ada", at: open.openedAt } });
    here.send(acknowledged);
    await here.drain();
    await attend(here.forwarder, [acknowledged], here.invocation());
    assert.equal(here.receiver.messages.filter(({ thread }) => thread !== undefined).length, 1);
  });

  it("tells of low severities together, each once, after their hour", async () => {
    const low = Array.from({ length: 60 }, (_, at) => incident(["detected"], { id: `inc-${at}`, severity: "LOW" }));
    here.send(...low, ...low);
    await here.drain();
    await attend(here.forwarder, [], here.invocation());
    assert.equal(here.receiver.messages.length, 0);
    here.advance(2 * HOUR);
    here.receiver.health = "answers lost";
    await assert.rejects(attend(here.forwarder, [], here.invocation()), AggregateError);
    here.receiver.health = "up";
    here.advance(HOUR);
    here.send(...low);
    await here.drain();
    await attend(here.forwarder, [], here.invocation());
    here.advance(2 * HOUR);
    await attend(here.forwarder, [], here.invocation());
    const lines = here.receiver.messages.flatMap(({ blocks }) =>
      (blocks as { type: string }[]).filter(({ type }) => type === "section"),
    );
    assert.equal(lines.length, 60);
    assert.deepEqual(here.receiver.messages.map(({ text }) => text).length, 2);
  });

  it("gives buttons whose clicks are signed and read back", async () => {
    here.send(LIFE[1] as Incident);
    await here.drain();
    const { headers, body } = here.receiver.click(here.heads()[0]?.ts ?? "", "bulwark:approve", "U0000000001");
    const request = { timestamp: headers["x-slack-request-timestamp"], signature: headers["x-slack-signature"], body };
    assert.ok(verify(request, ["signing"], here.now()).genuine);
    const read = interactionOf(body);
    assert.ok(read.ok);
    assert.deepEqual(
      [read.interaction.action, read.interaction.incident, read.interaction.version],
      ["approve", "inc-1", 2],
    );
  });
});
