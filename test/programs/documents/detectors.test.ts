import assert from "node:assert/strict";
import fc from "fast-check";
import { python } from "./host.ts";

/** Issuers' ranges of first digits, written down apart from the script's own table: [from, to, lengths]. */
const RANGES: readonly (readonly [number, number, readonly number[]])[] = [
  [4, 4, [16, 19]],
  [51, 55, [16]],
  [2221, 2720, [16]],
  [34, 34, [15]],
  [37, 37, [15]],
  [6011, 6011, [16, 19]],
  [644, 649, [16]],
  [65, 65, [16]],
  [3528, 3589, [16]],
  [300, 305, [14, 16]],
  [36, 36, [14]],
  [38, 39, [14]],
  [62, 62, [16, 19]],
];

/** How a card number is written: without separators, or in the groups of its length. */
const FORMS = /^\d+$|^\d{4}([ -])\d{4}\1\d{4}\1\d{4}(\1\d{3})?$|^\d{4}([ -])\d{6}\3\d{4,5}$/;

/** The check digit after `digits`, by the rule of ISO/IEC 7812-1: double every second digit from the right. */
function checkDigit(digits: string): string {
  const sum = [...digits]
    .reverse()
    .map((digit, index) => (index % 2 === 0 ? 2 * Number(digit) : Number(digit)))
    .reduce((total, value) => total + Math.floor(value / 10) + (value % 10), 0);
  return String((10 - (sum % 10)) % 10);
}

const cards = fc
  .constantFrom(...RANGES)
  .chain(([from, to, lengths]) => fc.tuple(fc.integer({ min: from, max: to }), fc.constantFrom(...lengths)))
  .chain(([first, length]) => {
    const rest = length - String(first).length - 1;
    return fc
      .array(fc.integer({ min: 0, max: 9 }), { minLength: rest, maxLength: rest })
      .map((digits) => `${first}${digits.join("")}`);
  })
  .map((digits) => digits + checkDigit(digits));

/** The ways a card number is written; those with separators exist for the usual lengths only. */
function written(card: string): string[] {
  const groups = { 16: [4, 4, 4, 4], 15: [4, 6, 5], 14: [4, 6, 4], 19: [4, 4, 4, 4, 3] }[card.length] ?? [];
  const starts = groups.map((_, index) => groups.slice(0, index).reduce((sum, size) => sum + size, 0));
  const parts = groups.map((size, index) => card.slice(starts[index], (starts[index] ?? 0) + size));
  return [card, parts.join(" "), parts.join("-")];
}

/** How many of each kind the detectors count in each text. */
function counted(texts: readonly string[]): Record<string, number>[] {
  return python(
    ["sensitive-information-scan"],
    `
from detectors import Finder
found = []
for text in input:
    finder = Finder()
    finder.feed(text.encode("utf-8"), 0, len(text.encode("utf-8")) + 1)
    found.append(finder.end())
print(json.dumps(found))`,
    texts,
  );
}

/** Many cases for one process. A failure names the text that it is about, which is all that a seed could tell. */
function inBatches<Case>(cases: fc.Arbitrary<Case>, check: (batch: readonly Case[]) => void): void {
  check(fc.sample(cases, 500));
}

describe("The detectors of sensitive information", () => {
  it("find the number of every issuer and length in every way of writing it, and once", () => {
    const before = fc.constantFrom("", "a, ", '"', "=", ":\t", "(", "\n", "ü", "id 7 ");
    const after = fc.constantFrom("", ".", ", b", '"', ")", "\r\n", " 12/27", ";", "ü");
    inBatches(fc.tuple(cards, fc.nat(2), before, after), (batch) => {
      const texts = batch.map(([card, way, left, right]) => `${left}${written(card)[way]}${right}`);
      for (const [index, found] of counted(texts).entries()) assert.deepEqual(found, { creditCard: 1 }, texts[index]);
    });
  });

  it("never find a number with a wrong check digit, of no issuer, or that is part of a longer one", () => {
    inBatches(fc.tuple(cards, fc.integer({ min: 1, max: 9 }), fc.nat(9), fc.nat(2)), (batch) => {
      const texts = batch.flatMap(([card, wrong, digit, way]) => [
        written(card.slice(0, -1) + String((Number(card.at(-1)) + wrong) % 10))[way] ?? "",
        `${digit}${card}`,
        `${card}${digit}`,
        // With a digit on each side of its nineteen, groups of 4, 4, 4, 4 and 3 hold four whole groups, which may be a card.
        `${digit}${written(card)[card.length === 19 ? 0 : way]}${digit}`,
        // Digits that are no issuer's, with a right check digit.
        ...["1", "7", "90", "2220", "2721", "56"].map((first) => {
          const digits = first + card.slice(first.length, 15).padEnd(15 - first.length, "0");
          return digits + checkDigit(digits);
        }),
        `0.${card}`,
        `x${card}`,
        `${card}_`,
      ]);
      // A digit before or after a shorter number can make it a right one of another issuer: that is what the oracle says then.
      for (const [index, found] of counted(texts).entries()) {
        const text = texts[index] ?? "";
        // Sixteen digits in groups with three more behind them are a card with its security code.
        const withCode = /^(\d{4} \d{4} \d{4} \d{4}) \d{3}$/.exec(text)?.[1] ?? "";
        const right = FORMS.test(text) && [text, withCode].some((each) => isCard(each.replaceAll(/\D/g, "")));
        assert.equal(found.creditCard ?? 0, right ? 1 : 0, text);
      }
    });
  });

  it("find thirteen digits only where a word says that they are a card", () => {
    assert.deepEqual(counted(["4222222222222", "card: 4222222222222", "Visa 4222222222222"]), [
      {},
      { creditCard: 1 },
      { creditCard: 1 },
    ]);
  });

  it("find social security numbers that can have been given out, where the text says what they are", () => {
    const digits = (length: number) => fc.nat(10 ** length - 1).map((value) => String(value).padStart(length, "0"));
    inBatches(fc.tuple(digits(3), digits(2), digits(4)), (batch) => {
      const valid = batch.map(
        ([area, group, serial]) =>
          !(area === "000" || area === "666" || area >= "900" || group === "00" || serial === "0000"),
      );
      const texts = batch.map((parts) => `ssn: ${parts.join("-")}`);
      const apart = batch.map((parts) => `Social Security no. ${parts.join(" ")}`);
      const plain = batch.map((parts) => `SSN=${parts.join("")};`);
      for (const way of [texts, apart, plain]) {
        const expected = valid.map((each) => (each ? { socialSecurityNumber: 1 } : {}));
        assert.deepEqual(counted(way), expected);
      }
      const silent = batch.flatMap((parts) => [
        parts.join("-"),
        parts.join(" "),
        parts.join(""),
        `class${parts.join("-")}`,
      ]);
      assert.ok(counted(silent).every((found) => found.socialSecurityNumber === undefined));
    });
  });

  it("find an access key with its secret near, in either order, and no further away than 512 bytes", () => {
    const secret = `"${"aB3/".repeat(10)}"`;
    const id = "ASIAQWERTYUIOPASDFGH";
    const texts = [
      `${id} ${secret}`,
      `${secret}\n${id}`,
      `${id}${" ".repeat(471)}${secret}`,
      `${id}${" ".repeat(472)}${secret}`,
      `${id} ${"0a".repeat(20)}`,
      `${id}A ${secret}`,
      `X${id} ${secret}`,
    ];
    const one = { awsAccessKey: 1 };
    assert.deepEqual(counted(texts), [one, one, one, {}, {}, {}, {}]);
  });

  it("find private keys of every form that holds a key, encrypted ones included", () => {
    const body = "A".repeat(64);
    const kinds = ["", "RSA ", "EC ", "DSA ", "OPENSSH ", "ENCRYPTED "];
    const texts = [
      ...kinds.map((kind) => `-----BEGIN ${kind}PRIVATE KEY-----\n${body}`),
      `-----BEGIN RSA PRIVATE KEY-----\r\nProc-Type: 4,ENCRYPTED\r\nDEK-Info: AES-128-CBC,00\r\n\r\n${body}`,
      `-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${body}`,
      `{"key":"-----BEGIN PRIVATE KEY-----\\n${body}"}`,
    ];
    for (const [index, found] of counted(texts).entries()) assert.deepEqual(found, { privateKey: 1 }, texts[index]);
    assert.deepEqual(counted([`-----BEGIN CERTIFICATE-----\n${body}`, "-----BEGIN PRIVATE KEY-----\n\nnone"]), [
      {},
      {},
    ]);
  });
});

describe("The private keys of a host's SSH server", () => {
  it("are no finding where they belong, and are one anywhere else", () => {
    const paths = [
      "/etc/ssh/ssh_host_ed25519_key",
      "/etc/ssh/ssh_host_rsa_key.bak",
      "/home/u/etc/ssh/ssh_host_rsa_key",
    ];
    const code = "import main\nprint(json.dumps([main.HOST_KEY.match(each.encode()) is not None for each in input]))";
    assert.deepEqual(python(["sensitive-information-scan", "host"], code, paths), [true, false, false]);
  });
});

describe("The pace of a scan", () => {
  it("sleeps until what was read is due, and never past the end", () => {
    const slept = python<unknown>(
      ["sensitive-information-scan"],
      `
from pace import Pace
time, slept = [100.0], []
def sleep(seconds):
    slept.append(seconds)
    time[0] += seconds
pace = Pace(10, 6, lambda: time[0], sleep)
pace.took(20)
time[0] += 3
pace.took(10)
pace.took(10)
paid, over = list(slept), pace.over()
pace.took(1000)
print(json.dumps({"paid": paid, "over": over, "slept": slept, "end": pace.over(), "time": time[0]}))`,
      null,
    );
    // Two seconds for twenty bytes; three seconds went by then and pay for the next twenty; a thousand bytes would take longer than there is.
    assert.deepEqual(slept, { paid: [2], over: false, slept: [2, 1], end: true, time: 106 });
  });
});

/** Whether digits alone are a card number, by the ranges above and the rarer lengths that the issuers have, too. */
function isCard(digits: string): boolean {
  if (checkDigit(digits.slice(0, -1)) !== digits.at(-1)) return false;
  const all: readonly (readonly [number, number, readonly number[]])[] = [
    ...RANGES,
    [6011, 6011, [17, 18]],
    [644, 649, [17, 18, 19]],
    [65, 65, [17, 18, 19]],
    [3528, 3589, [17, 18, 19]],
    [300, 305, [17, 18, 19]],
    [3095, 3095, [14, 16, 17, 18, 19]],
    [36, 36, [15, 16, 17, 18, 19]],
    [38, 39, [16, 17, 18, 19]],
    [62, 62, [17, 18]],
    [81, 81, [16, 17, 18, 19]],
  ];
  return all.some(([from, to, lengths]) => {
    const first = Number(digits.slice(0, String(from).length));
    return lengths.includes(digits.length) && first >= from && first <= to;
  });
}
