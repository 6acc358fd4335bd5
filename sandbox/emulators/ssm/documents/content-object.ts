/** A JSON object of a document whose members are not checked yet. */
export type ContentObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is ContentObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A problem for each member that is not in `known`. */
export function unknownMembers(value: ContentObject, known: readonly string[], where: string): string[] {
  const strange = Object.keys(value).filter((name) => !known.includes(name));
  return strange.map((name) => `${where} has an unsupported key "${name}"`);
}

/** A problem for each of `required` that is not there. */
export function missingMembers(value: ContentObject, required: readonly string[], where: string): string[] {
  return required
    .filter((name) => value[name] === undefined)
    .map((name) => `${where} lacks the required key "${name}"`);
}

/** Every text within a value, however deep. */
export function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}
