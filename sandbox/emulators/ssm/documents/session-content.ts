import { type ContentObject, isObject, missingMembers, unknownMembers } from "./content-object.ts";

const TYPES = ["Standard_Stream", "InteractiveCommands", "NonInteractiveCommands", "Port"];

/** What is wrong with a Session document (Systems Manager user guide, "Session document schema"). */
export function sessionProblems(document: ContentObject): string[] {
  const { sessionType, inputs } = document;
  const problems = [
    ...unknownMembers(
      document,
      ["schemaVersion", "description", "sessionType", "inputs", "parameters", "properties"],
      "The document",
    ),
    ...missingMembers(document, ["sessionType"], "The document"),
  ];
  if (sessionType !== undefined && !TYPES.includes(String(sessionType)))
    problems.push(`There is no sessionType "${sessionType}"`);
  if (inputs !== undefined && !isObject(inputs)) problems.push("inputs must be an object");
  return problems;
}
