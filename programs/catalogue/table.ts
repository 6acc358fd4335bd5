/** The lines of a Markdown table. Cells must not hold line breaks. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`.replaceAll(/\|(?: {2}\|)+/g, (gap) =>
      gap.replaceAll("  ", " "),
    );
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}
