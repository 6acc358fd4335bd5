import assert from "node:assert/strict";
import fc from "fast-check";
import type { Incident } from "../../../../remediation/forwarders/incident.ts";
import { ACTIONS, offered } from "../../../../remediation/forwarders/slack/actions.ts";
import { call } from "../../../../remediation/forwarders/slack/escalation.ts";
import { digest, type Message, message, reply, TOTAL } from "../../../../remediation/forwarders/slack/message.ts";
import { fitted, link } from "../../../../remediation/forwarders/slack/text.ts";
import { refused } from "../../../../sandbox/receivers/slack-blocks.ts";
import { hostileText, incident, incidents } from "../incidents.ts";

/** Everything in angle brackets: what Slack takes for a mention, a link or a date. */
const controls = (text: string): readonly string[] => [...text.matchAll(/<[^>]*>?/g)].map(([all]) => all);
/** What of these Bulwark itself writes. */
const OWN = /^<(!date\^\d+\^\{date_short_pretty\} \{time\}\|[0-9T:.Z-]+|https:\/\/bulwark\.example\/[^|<>]*\|Show)>$/;

function texts(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(texts);
  if (typeof value !== "object" || value === null) return [];
  const own = "text" in value && typeof value.text === "string" ? [value.text] : [];
  return [...own, ...Object.values(value).flatMap(texts)];
}

function sound(made: Message): void {
  assert.equal(refused({ text: made.text, blocks: JSON.parse(JSON.stringify(made.blocks)) }), undefined);
  const all = texts([made]);
  for (const text of all) {
    assert.ok(text.isWellFormed());
    for (const control of controls(text)) assert.match(control, OWN);
    // Every ampersand begins an entity, and each is whole.
    assert.doesNotMatch(text, /&(?!(amp|lt|gt);)/);
    assert.doesNotMatch(text, /[\u202a-\u202e\u2066-\u2069]/);
  }
  assert.ok(all.slice(1).reduce((sum, text) => sum + text.length, 0) <= TOTAL);
}

describe("an incident as a message of Slack", () => {
  it("is within Slack's limits and mentions and links nothing foreign, whatever its texts", () => {
    fc.assert(
      fc.property(incidents, (one) => {
        sound(message(one));
        for (const step of one.history) sound(reply(step));
      }),
      { numRuns: 300 },
    );
  });

  it("offers what can be done, names the incident and the version that was seen in each button", () => {
    const buttons = (one: Incident) =>
      message(one).blocks.flatMap((block) =>
        block.type === "actions"
          ? block.elements.map((element) => element as { action_id: string; value: string })
          : [],
      );
    assert.deepEqual(
      buttons(incident(["detected", "asked"])).map(({ action_id, value }) => [action_id, value]),
      [
        ["bulwark:approve", "inc-1@2"],
        ["bulwark:reject", "inc-1@2"],
        ["bulwark:acknowledge", "inc-1@2"],
        ["bulwark:suppress", "inc-1@2"],
      ],
    );
    assert.deepEqual(
      buttons(incident(["detected", "remediated", "resolved"])).map(({ action_id }) => action_id),
      ["bulwark:undo"],
    );
    assert.deepEqual(buttons(incident(["detected", "remediated", "undone", "resolved"])), []);
    assert.deepEqual(buttons(incident(["detected", "suppressed"])), []);
  });

  it("offers undo only of what was remediated and not undone since, and no second acknowledgement", () => {
    fc.assert(
      fc.property(incidents, (one) => {
        const actions = offered(one);
        assert.ok(actions.every((action) => ACTIONS.includes(action)));
        if (one.acknowledged !== null) assert.ok(!actions.includes("acknowledge"));
        if (actions.includes("undo")) {
          const done = one.history.map(({ status }) => status);
          assert.ok(done.lastIndexOf("remediated") > done.lastIndexOf("undone"));
        }
        assert.equal(actions.includes("approve"), one.status === "asked");
      }),
    );
  });

  it("shows what is known: severity and title, where, whose, what is done, who looks after it", () => {
    const shown = texts([
      message(incident(["asked"], { acknowledged: { by: "Ada", at: "2026-01-05T08:00:00Z" } })),
    ]).join("\n");
    for (const known of [
      "HIGH S3 bucket is public",
      "100000000001",
      "eu-central-1",
      "production",
      "payments",
      "S3.8",
      "arn:aws:s3:::statements",
      "Closes bucket statements",
      "It is asked",
      "Ada looks after it",
      "<https://bulwark.example/incidents/inc-1|Show>",
    ]) {
      assert.ok(shown.includes(known), known);
    }
  });

  it("keeps text whole where it fits, and cuts it between characters where it does not", () => {
    assert.equal(fitted("a < b & c > d", 100), "a &lt; b &amp; c &gt; d");
    assert.equal(fitted("&&&", 14), "&amp;&amp;…");
    assert.equal(fitted("&&&", 15), "&amp;&amp;&amp;");
    assert.equal(fitted("\u{1f600}\u{1f600}", 3), "\u{1f600}…");
    assert.equal(fitted(" \n\u0000 ", 10), "-");
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 5, max: 300 }), (text, max) => {
        const short = fitted(text, max);
        assert.ok(short.length >= 1 && short.length <= max);
        assert.ok(short.isWellFormed());
        assert.doesNotMatch(short, /[<>\n]|&(?!(amp|lt|gt);)/);
      }),
    );
    assert.equal(
      link("https://x.example/a?b=1&c=<!channel>|d", "Show"),
      "<https://x.example/a?b=1&amp;c=%3C!channel%3E%7Cd|Show>",
    );
  });
});

describe("a digest", () => {
  it("holds each incident once, in as few messages as Slack's limits allow", () => {
    fc.assert(
      fc.property(fc.array(incidents, { minLength: 1, maxLength: 30 }), (all) => {
        let left = all;
        while (left.length > 0) {
          const made = digest(left);
          sound(made);
          assert.ok(made.holds >= 1);
          assert.equal(made.blocks.length, made.holds + 1);
          left = left.slice(made.holds);
        }
      }),
      { numRuns: 50 },
    );
    const many = Array.from({ length: 120 }, (_, index) => incident(["detected"], { id: `inc-${index}`, link: null }));
    assert.equal(digest(many).holds, 49);
  });
});

describe("a call of an escalation", () => {
  it("mentions whom the settings name, and nobody whom the finding names", () => {
    fc.assert(
      fc.property(incidents, (one) => {
        const made = call(one, { level: 1, minutes: 15, tell: ["U0123456789", "S0123456789"] });
        assert.deepEqual(texts([made.blocks]).flatMap(controls), ["<@U0123456789>", "<!subteam^S0123456789>"]);
        assert.deepEqual(controls(made.text), []);
      }),
      { numRuns: 50 },
    );
  });
});
