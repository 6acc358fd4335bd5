import type { Note, Responder, Workflow } from "./responder.ts";
import type { Identifier, Refused, Told } from "./security-hub.ts";

/** Characters of a note's text (Security Hub API reference, NoteUpdate). */
const LONGEST_NOTE = 512;

/** Tells of some findings, all the same. Answers those that were refused; throws where it can't be said that the others were taken. */
export type Tell = (findings: readonly Identifier[], told: Omit<Told, "by">) => Promise<readonly Refused[]>;

interface Waiting extends Note {
  readonly finding: Identifier;
  taken(): void;
  failed(error: unknown): void;
}

/** Of one call. */
interface Group {
  readonly workflow: Workflow;
  readonly waiting: readonly Waiting[];
}

/** A note: its incidents by their ids, each before the reason that is true for it. What Security Hub takes no more is cut off. Pure. */
export function noteOf(...notes: readonly Note[]): string {
  return whole(notes).slice(0, LONGEST_NOTE);
}

function whole(notes: readonly Note[]): string {
  const text = ({ why, alike }: Note) => (notes.length === 1 ? why : (alike ?? why));
  const parts = [...Map.groupBy(notes, text)].map(([why, some]) => {
    const incidents = new Set(some.map(({ incident }) => incident));
    return `${[...incidents].join(", ")}: ${why}`;
  });
  return `Bulwark ${parts.join("; ")}`;
}

/**
 * Tells Security Hub of several findings by one call, one call after the other. Each caller waits until its own finding was taken: nothing goes on
 * before. While one waits for its turn the others gather, so that a quiet hour has a call for each finding at once and a storm has few. All findings of
 * a call get one note, which names each of its incidents: that bounds how many share it. Accounts read the notes on their findings, so what is true for
 * one incident alone stands on no finding of another. What is refused of one finding fails that one alone.
 *
 * @param turn waited for before each call
 */
export function together(tell: Tell, turn: () => Promise<void>): Responder["update"] {
  const groups: Group[] = [];
  let isTelling = false;

  const join = (workflow: Workflow, one: Waiting) => {
    const at = groups.findIndex((group) => group.workflow === workflow && isShared([...group.waiting, one]));
    const waiting = [...(groups[at]?.waiting ?? []), one];
    if (at < 0) groups.push({ workflow, waiting });
    else groups[at] = { workflow, waiting };
  };

  const work = async () => {
    isTelling = true;
    while (groups.length > 0) {
      try {
        await turn();
      } catch (error) {
        for (const { waiting } of groups.splice(0)) for (const one of waiting) one.failed(error);
        break;
      }
      const group = groups.shift();
      if (group !== undefined) await tellGroup(tell, group);
    }
    // At once: who joined after this moment would wait for nobody.
    isTelling = false;
  };

  return ({ Id, ProductArn }, workflow, note) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    join(workflow, { ...note, finding: { Id, ProductArn }, taken: resolve, failed: reject });
    if (!isTelling) void work();
    return promise;
  };
}

async function tellGroup(tell: Tell, { workflow, waiting }: Group): Promise<void> {
  const findings = waiting.map(({ finding }) => finding);
  try {
    const refused = await tell(findings, { workflow, note: noteOf(...waiting) });
    const stranger = refused.find((one) => !findings.some((finding) => isSame(one, finding)));
    if (stranger !== undefined) throw new Error(`telling Security Hub of ${stranger.Id || "one"}: ${stranger.why}`);
    for (const { finding, taken, failed } of waiting) {
      const one = refused.find((some) => isSame(some, finding));
      if (one === undefined) taken();
      else failed(new Error(`telling Security Hub of ${one.Id}: ${one.why}`));
    }
  } catch (error) {
    for (const { failed } of waiting) failed(error);
  }
}

const isSame = (one: Identifier, other: Identifier) => one.Id === other.Id && one.ProductArn === other.ProductArn;

/** Whether these can have one note: it says the same of all, or nothing that is about one of them alone, and is whole. */
function isShared(waiting: readonly Waiting[]): boolean {
  const isGeneral = waiting.every(({ alike }) => alike !== undefined);
  const isAlike = new Set(waiting.map(({ why, alike }) => alike ?? why)).size === 1;
  return (isGeneral || isAlike) && whole(waiting).length <= LONGEST_NOTE;
}
