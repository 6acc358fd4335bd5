/** Slack's limits, from its "Block Kit" reference (each block's and element's page) and "chat.postMessage". Characters, elements. */
const HEADER = 150;
const SECTION = 3000;
const FIELD = 2000;
const FIELDS = 10;
const BUTTON = 75;
const VALUE = 2000;
const ID = 255;
const BLOCKS = 50;
const ELEMENTS = 25;
const CONTEXT = 10;
/** Slack cuts the text of a message beyond this. */
const TEXT = 40_000;
/** Not published; Slack answers `msg_blocks_too_long` from about here on. */
const TOTAL = 13_200;

type Thing = Readonly<Record<string, unknown>>;

class Refusal extends Error {}

/** Why Slack refuses the content of a message: its error, and where in the message; undefined where it takes it. */
export function refused({
  text,
  blocks,
}: {
  readonly text?: unknown;
  readonly blocks?: unknown;
}): { readonly error: string; readonly messages: readonly string[] } | undefined {
  if (text !== undefined && typeof text !== "string")
    return { error: "invalid_arguments", messages: ["[ERROR] text must be a string"] };
  if (blocks === undefined)
    return text === undefined || text === "" ? { error: "no_text", messages: [] } : tooLong(text);
  try {
    checkBlocks(blocks);
  } catch (error) {
    if (error instanceof Refusal) return { error: "invalid_blocks", messages: [`[ERROR] ${error.message}`] };
    throw error;
  }
  if (lengthOf(blocks) > TOTAL) return { error: "msg_blocks_too_long", messages: [] };
  return tooLong(text ?? "");
}

const tooLong = (text: string) => (text.length > TEXT ? { error: "msg_too_long", messages: [] } : undefined);

function lengthOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + lengthOf(one), 0);
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [name, one]) => sum + (name === "text" && typeof one === "string" ? one.length : lengthOf(one)),
    0,
  );
}

function checkBlocks(blocks: unknown): void {
  const all = list(blocks, "blocks", 1, BLOCKS);
  const ids = new Set<string>();
  for (const [at, given] of all.entries()) {
    const path = `/blocks/${at}`;
    const block = thing(given, path);
    if (block.block_id !== undefined) {
      const id = string(block.block_id, `${path}/block_id`, 1, ID);
      if (ids.has(id)) throw new Refusal(`block_id already exists [json-pointer:${path}/block_id]`);
      ids.add(id);
    }
    checkBlock(block, path);
  }
}

const KNOWN: Readonly<Record<string, (block: Thing, path: string) => void>> = {
  header(block, path) {
    only(block, path, "type", "block_id", "text");
    textObject(block.text, `${path}/text`, HEADER, "plain_text");
  },
  section(block, path) {
    only(block, path, "type", "block_id", "text", "fields", "expand");
    if (block.text === undefined && block.fields === undefined)
      throw new Refusal(`text or fields are missing [json-pointer:${path}]`);
    if (block.text !== undefined) textObject(block.text, `${path}/text`, SECTION);
    if (block.fields === undefined) return;
    for (const [at, field] of list(block.fields, `${path}/fields`, 1, FIELDS).entries())
      textObject(field, `${path}/fields/${at}`, FIELD);
  },
  divider: (block, path) => only(block, path, "type", "block_id"),
  context(block, path) {
    only(block, path, "type", "block_id", "elements");
    for (const [at, one] of list(block.elements, `${path}/elements`, 1, CONTEXT).entries())
      textObject(one, `${path}/elements/${at}`, SECTION);
  },
  actions(block, path) {
    only(block, path, "type", "block_id", "elements");
    const ids = new Set<string>();
    for (const [at, one] of list(block.elements, `${path}/elements`, 1, ELEMENTS).entries()) {
      const id = button(thing(one, `${path}/elements/${at}`), `${path}/elements/${at}`);
      if (ids.has(id)) throw new Refusal(`action_id already exists [json-pointer:${path}/elements/${at}/action_id]`);
      ids.add(id);
    }
  },
};

function checkBlock(block: Thing, path: string): void {
  const check = typeof block.type === "string" && Object.hasOwn(KNOWN, block.type) ? KNOWN[block.type] : undefined;
  if (check === undefined) throw new Refusal(`unsupported type: ${String(block.type)} [json-pointer:${path}/type]`);
  check(block, path);
}

function button(element: Thing, path: string): string {
  if (element.type !== "button")
    throw new Refusal(`unsupported type: ${String(element.type)} [json-pointer:${path}/type]`);
  only(element, path, "type", "text", "action_id", "value", "style", "confirm", "url", "accessibility_label");
  textObject(element.text, `${path}/text`, BUTTON, "plain_text");
  if (element.value !== undefined) string(element.value, `${path}/value`, 1, VALUE);
  if (element.url !== undefined) string(element.url, `${path}/url`, 1, 3000);
  if (element.style !== undefined && element.style !== "primary" && element.style !== "danger") {
    throw new Refusal(`invalid style [json-pointer:${path}/style]`);
  }
  if (element.confirm !== undefined) {
    const confirm = thing(element.confirm, `${path}/confirm`);
    only(confirm, `${path}/confirm`, "title", "text", "confirm", "deny", "style");
    textObject(confirm.title, `${path}/confirm/title`, 100, "plain_text");
    textObject(confirm.text, `${path}/confirm/text`, 300);
    textObject(confirm.confirm, `${path}/confirm/confirm`, 30, "plain_text");
    textObject(confirm.deny, `${path}/confirm/deny`, 30, "plain_text");
  }
  return string(element.action_id, `${path}/action_id`, 1, ID);
}

function textObject(given: unknown, path: string, max: number, kind?: string): void {
  const text = thing(given, path);
  if (text.type !== "plain_text" && text.type !== "mrkdwn")
    throw new Refusal(`unsupported type [json-pointer:${path}/type]`);
  if (kind !== undefined && text.type !== kind) throw new Refusal(`must be ${kind} [json-pointer:${path}/type]`);
  only(text, path, "type", "text", text.type === "mrkdwn" ? "verbatim" : "emoji");
  string(text.text, `${path}/text`, 1, max);
}

function thing(given: unknown, path: string): Thing {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new Refusal(`must be an object [json-pointer:${path}]`);
  return given as Thing;
}

function list(given: unknown, path: string, min: number, max: number): readonly unknown[] {
  if (!Array.isArray(given)) throw new Refusal(`must be an array [json-pointer:${path}]`);
  if (given.length < min)
    throw new Refusal(`no more than ${min - 1} items given, ${min} needed [json-pointer:${path}]`);
  if (given.length > max) throw new Refusal(`no more than ${max} items allowed [json-pointer:${path}]`);
  return given;
}

function string(given: unknown, path: string, min: number, max: number): string {
  if (typeof given !== "string") throw new Refusal(`must be a string [json-pointer:${path}]`);
  if (given.length < min) throw new Refusal(`must be more than ${min - 1} characters [json-pointer:${path}]`);
  if (given.length > max) throw new Refusal(`must be less than ${max + 1} characters [json-pointer:${path}]`);
  return given;
}

function only(given: Thing, path: string, ...names: readonly string[]): void {
  const other = Object.keys(given).find((name) => !names.includes(name));
  if (other !== undefined) throw new Refusal(`invalid additional property: ${other} [json-pointer:${path}]`);
}
